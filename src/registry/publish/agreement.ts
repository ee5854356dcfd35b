import type { PackageFile } from '../package-file/package-file.js';
import type { WasmerToml } from '../package-file/wasmer-toml.js';
import { dependencyKey } from '../version/requirement.js';
import { dependencyOf } from './contents.js';
import { fullNameOf, isSameName, publishedName, type PublishedName } from './package-name.js';
import { refuse } from './publish.errors.js';
import { publishLimits } from './publish.limits.js';

/** Under which name and version something is published. */
export type Published = PublishedName & { version: string | null };

type Contents = Pick<PackageFile, 'commands' | 'dependencies'>;
type Names = { name: string | null; version: string | null };

/**
 * The manifest names what is published. Only asked of publishPackage: `wasmer publish` sends the wasmer.toml as it was to
 * tagPackageRelease, also when `--bump`, `--version`, `--name` or `--namespace` say something else.
 * @throws Refusal MANIFEST_MISMATCH.
 */
export function checkManifestNames(manifest: Names, published: Published): void {
  checkNames(manifest, published, 'inManifest');
}

/** So does the file, if it says anything: the builders of today leave it out. @throws Refusal MANIFEST_MISMATCH. */
export function checkFileNames(file: Names, published: Published): void {
  checkNames(file, published, 'inFile');
}

function checkNames({ name, version }: Names, published: Published, side: 'inManifest' | 'inFile'): void {
  const rule = 'the same as the published one, or none';
  if (name !== null && !isSameName(publishedName(name), published)) {
    throw refuse('MANIFEST_MISMATCH', { field: 'name', rule, [side]: name, inInput: fullNameOf(published) });
  }
  if (version !== null && version !== published.version) {
    throw refuse('MANIFEST_MISMATCH', { field: 'version', rule, [side]: version, inInput: published.version });
  }
}

/**
 * Commands and dependencies of the manifest are those of the file. A manifest that speaks of no content is left alone: `wasmer publish`
 * of a webc that is built already sends such a one.
 * @throws Refusal MANIFEST_MISMATCH.
 */
export function checkContents(manifest: WasmerToml, file: Contents): void {
  const { modules, commands, dependencies, mounts } = manifest;
  if ([modules, commands, dependencies, mounts].every((list) => list.length === 0)) return;
  checkCommands(manifest, file);
  checkDependencies(manifest, file);
}

function checkCommands(manifest: WasmerToml, file: Contents): void {
  const namesOf = ({ commands }: Pick<PackageFile, 'commands'>) => new Map(commands.map(({ name }) => [name, name]));
  checkSame('commands', namesOf(manifest), namesOf(file));
}

/** Builders write requirements in their own way: `1.0` in a wasmer.toml is `^1.0` in the file. */
function checkDependencies(manifest: WasmerToml, file: Contents): void {
  checkSame('dependencies', dependenciesByKey(manifest), dependenciesByKey(file));
}

function dependenciesByKey({ dependencies }: Pick<PackageFile, 'dependencies'>): Map<string, string> {
  return new Map(
    dependencies.map((declared) => {
      const { name, requirement, source } = dependencyOf(declared.name, declared.source);
      const wanted = requirement ?? source ?? '';
      return [`${name}@${dependencyKey(wanted)}`, `${name}@${wanted}`];
    }),
  );
}

/** Both by key to what people write. */
function checkSame(field: string, inManifest: Map<string, string>, inFile: Map<string, string>): void {
  const without = (some: Map<string, string>, others: Map<string, string>) =>
    [...some].flatMap(([key, text]) => (others.has(key) ? [] : [text])).slice(0, publishLimits.namesTold);
  const [onlyInManifest, onlyInFile] = [without(inManifest, inFile), without(inFile, inManifest)];
  if (onlyInManifest.length === 0 && onlyInFile.length === 0) return;
  const rule = 'the same in the manifest and in the package file';
  throw refuse('MANIFEST_MISMATCH', { field, rule, inManifest: onlyInManifest, inFile: onlyInFile });
}
