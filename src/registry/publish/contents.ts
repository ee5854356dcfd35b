import type { PackageAtom, PackageCommand, PackageFile, PackageMount } from '../package-file/package-file.js';
import { parsePackageRef } from '../version/package-ref.js';
import { refuse } from './publish.errors.js';
import { publishLimits } from './publish.limits.js';

/** What a version is made of. Only the file says it: the clients that run the package read nothing else. */
export type PackageContents = {
  entrypoint: string | null;
  commands: PackageCommand[];
  modules: PackageAtom[];
  dependencies: Dependency[];
  mounts: Mount[];
  /** JSON text; null for a tar.gz. */
  webcManifest: string | null;
};

export type Dependency = {
  /** `ns/name`; of a dependency that comes from elsewhere the name that the manifest gives it. */
  name: string;
  /** What `parseDependency` reads; null when it does not come from a registry. */
  requirement: string | null;
  /** Where it comes from when not from a registry: a URL; null too when it is in the file itself. */
  source: string | null;
};

/** `[fs]`: `path` is where a program finds it, `host` the folder that it was made of, relative to the package. */
export type Mount = { path: string; host: string };

type DescribedContents = Pick<
  PackageFile,
  'manifest' | 'entrypoint' | 'commands' | 'atoms' | 'mounts' | 'dependencies'
>;

/** @throws Refusal MANIFEST_INVALID when the webc's manifest is too large. */
export function contentsOf(file: DescribedContents): PackageContents {
  return {
    entrypoint: file.entrypoint,
    commands: file.commands,
    modules: file.atoms,
    dependencies: file.dependencies.map(({ name, source }) => dependencyOf(name, source)),
    mounts: file.mounts.map(mountOf),
    webcManifest: webcManifestOf(file),
  };
}

export function dependencyOf(name: string, source: string | null): Dependency {
  const reference = source === null ? null : parsePackageRef(source);
  if (reference === null) return { name, requirement: null, source };
  return { name: `${reference.owner}/${reference.name}`, requirement: reference.requirement ?? '*', source: null };
}

/** Builders of webc 3 make a volume of each folder and name it so, with a slash in front. */
function mountOf({ path, volume, folder }: PackageMount): Mount {
  return { path, host: (folder ?? volume).replace(/^\/+/, '') || '.' };
}

/** @throws Refusal MANIFEST_INVALID when it is too large */
export function webcManifestOf({ manifest }: Pick<PackageFile, 'manifest'>): string | null {
  if (manifest === null) return null;
  const text = JSON.stringify(manifest);
  const { webcManifestBytes } = publishLimits;
  if (Buffer.byteLength(text) <= webcManifestBytes) return text;
  throw refuse('MANIFEST_INVALID', { field: 'file', rule: `as JSON at most ${webcManifestBytes} bytes` });
}
