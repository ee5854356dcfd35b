import { Injectable } from '@nestjs/common';
import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import { hashDigits } from '../hash.js';
import { commandsOf, type CommandNode } from '../package-version/commands.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';
import { parsePackageRef } from '../version/package-ref.js';
import { withPackage } from './package.fields.js';
import { maySee, PackageQueries, type FullName, type PackageNode } from './package.queries.js';

/** Finds what clients name in words, of what the caller may see. */
@Injectable()
export class PackageLookup {
  constructor(
    private readonly packages: PackageQueries,
    private readonly versions: PackageVersionQueries,
  ) {}

  /** @param fullName `ns/name`; nothing else names a package */
  async package(fullName: string, { actor }: Ctx): Promise<PackageNode | null> {
    const { owner, name } = partsOf(fullName);
    if (!owner || !name) return null;
    const node = await this.packages.byFullName(owner, name);
    return node && maySee(actor, node) ? node : null;
  }

  /** @param requirement an exact version, `latest`, or a range */
  async version(fullName: string, requirement: string, ctx: Ctx): Promise<PackageVersionRow | null> {
    const node = await this.package(fullName, ctx);
    return node && withPackage(await this.versions.resolve(node.id, requirement), node);
  }

  /** As many as there are names, in their order. */
  async packagesOf(fullNames: readonly string[], { actor }: Ctx): Promise<(PackageNode | null)[]> {
    const nodes = await this.packages.byFullNames(fullNames.map(partsOf));
    return nodes.map((node) => (node && maySee(actor, node) ? node : null));
  }

  /**
   * Versions by `ns/name` with maybe `@` and a requirement behind, in three statements however many they are.
   * @returns as many as there are texts, in their order
   */
  async versionsOf(
    texts: readonly string[],
    as: 'request' | 'dependency',
    ctx: Ctx,
  ): Promise<(PackageVersionRow | null)[]> {
    const refs = texts.map(parsePackageRef);
    const nodes = await this.packagesOf(
      refs.map((ref) => (ref ? `${ref.owner}/${ref.name}` : '')),
      ctx,
    );
    const wishes = nodes.flatMap((node, at) =>
      node ? [{ at, node, packageId: node.id, requirement: refs[at]!.requirement ?? 'latest' }] : [],
    );
    const rows = await this.versions.resolveMany(wishes, as);
    const found = new Map(wishes.map(({ at, node }, index) => [at, withPackage(rows[index]!, node)]));
    return texts.map((_, at) => found.get(at) ?? null);
  }

  /** The command of the first public package that has it. As many as there are names, in their order. */
  async commandsOf(names: readonly string[]): Promise<(CommandNode | null)[]> {
    const nodes = await this.packages.byCommands(names);
    const owners = names.map((name) => nodes.find(({ commandNames }) => commandNames.includes(name)) ?? null);
    const found = owners.filter((node) => node !== null);
    const wishes = found.map(({ id, describedBy }) => ({ packageId: id, requirement: describedBy }));
    const rows = await this.versions.resolveMany(wishes, 'request');
    return owners.map((node, at) => {
      const row = node && withPackage(rows[found.indexOf(node)]!, node);
      return row && (commandsOf(row, row).find(({ command }) => command === names[at]) ?? null);
    });
  }

  /** @param hash with or without `sha256:` in front */
  async versionByHash(fullName: string, hash: string, ctx: Ctx): Promise<PackageVersionRow | null> {
    const digits = hashDigits(hash);
    const node = digits && (await this.package(fullName, ctx));
    return node ? withPackage(await this.versions.byHash(node.id, digits), node) : null;
  }
}

/** Both are empty for what is no full name, and nothing is called so. */
function partsOf(fullName: string): FullName {
  const [owner = '', name = '', ...more] = fullName.split('/');
  return more.length > 0 ? { owner: '', name: '' } : { owner, name };
}
