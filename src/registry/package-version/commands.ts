import { parse } from 'smol-toml';
import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { VersionNode } from './version-node.js';

export type CommandNode = { command: string; atom: string | null; packageVersion: VersionNode };
export type ModuleNode = { name: string; source: string; abi: string | null };

export function commandsOf(version: VersionNode, { commands }: PackageVersionRow): CommandNode[] {
  return commands.map(({ name, atom, dependency }) => ({
    command: name,
    atom: dependency === null ? atom : null,
    packageVersion: version,
  }));
}

/** The modules of the file, with what the wasmer.toml says of where they came from. */
export function modulesOf({ modules, manifest }: PackageVersionRow): ModuleNode[] {
  const declared = new Map(declaredModules(manifest).map((module) => [module.name, module]));
  return modules.map(({ name }) => {
    const { source, abi } = declared.get(name) ?? {};
    return { name, source: textOr(source, ''), abi: textOr(abi, null) };
  });
}

type DeclaredModule = { name?: unknown; source?: unknown; abi?: unknown };

/** It was checked when it was published. */
function declaredModules(manifest: string | null): DeclaredModule[] {
  const { module = [] } = (manifest === null ? {} : parse(manifest)) as { module?: DeclaredModule[] };
  return module;
}

function textOr<Else>(value: unknown, otherwise: Else): string | Else {
  return typeof value === 'string' ? value : otherwise;
}
