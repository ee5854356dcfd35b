import { below } from './fields.js';
import { broken, type Where } from './package-file.errors.js';
import type { WebcManifest, VolumeFile } from './webc-manifest.js';
import { filesOf, type Tree } from './webc-sections.js';
import type { TreeFile } from './webc-tree.js';

const root: Where = { section: 'manifest' };

/** Everything that the manifest names must be in the file, and every atom in the file be named. @throws Refusal when not. */
export function checkAgainstFile(manifest: WebcManifest, atoms: TreeFile[], volumes: Tree[]): void {
  checkAtoms(manifest, atoms);
  checkCommands(manifest);
  checkMounts(manifest, volumes);
  for (const [key, file] of [
    ['readme', manifest.readme],
    ['license-file', manifest.licenseFile],
  ] as const) {
    if (file && !findFile(file, volumes)) throw broken('file-missing', { ...root, path: `package.wapm.${key}` });
  }
}

function checkAtoms(manifest: WebcManifest, atoms: TreeFile[]): void {
  const inFile = new Map(atoms.map((atom) => [atom.path, atom]));
  for (const { name, sha256 } of manifest.atoms) {
    const where = below({ ...root, path: 'atoms' }, name);
    const atom = inFile.get(name);
    if (!atom) throw broken('atom-missing', where);
    if (atom.sha256 !== sha256) throw broken('atom-hash', where);
    inFile.delete(name);
  }
  for (const name of inFile.keys()) throw broken('atom-unnamed', { section: 'atoms', path: name });
}

/** What needs another package needs a declared one; what that one holds is not known here. */
type Uses = Pick<WebcManifest, 'commands' | 'dependencies' | 'entrypoint'> & { atoms: { name: string }[] };

/** @throws Refusal when a command or the entrypoint leads nowhere. */
export function checkCommands({ commands, dependencies, entrypoint, atoms }: Uses, section = 'manifest'): void {
  const atomNames = new Set(atoms.map(({ name }) => name));
  const dependencyNames = new Set(dependencies.map(({ name }) => name));
  for (const { name, atom, dependency } of commands) {
    const where = { section, path: `commands.${name}` };
    if (dependency !== null && !dependencyNames.has(dependency)) throw broken('dependency', where);
    if (dependency === null && atom !== null && !atomNames.has(atom)) throw broken('command-atom', where);
  }
  if (entrypoint !== null && !commands.some(({ name }) => name === entrypoint)) {
    throw broken('entrypoint', { section, path: 'entrypoint' });
  }
}

function checkMounts({ mounts, dependencies }: WebcManifest, volumes: Tree[]): void {
  const dependencyNames = new Set(dependencies.map(({ name }) => name));
  for (const [index, { volume, folder, dependency }] of mounts.entries()) {
    const where = { ...root, path: `package.fs.${index}` };
    if (dependency !== null) {
      if (!dependencyNames.has(dependency)) throw broken('dependency', where);
      continue;
    }
    const tree = volumes.find(({ name }) => name === volume);
    if (!tree || (folder !== null && !hasFolder(tree, folder))) throw broken('volume-missing', where);
  }
}

function hasFolder({ nodes }: Tree, folder: string): boolean {
  const path = relative(folder);
  return path === '' || nodes.some((node) => node.kind === 'directory' && node.path === path);
}

/** The manifest writes paths within a volume with a slash in front. */
export function findFile({ volume, path }: VolumeFile, volumes: Tree[]): TreeFile | undefined {
  const tree = volumes.find(({ name }) => name === volume);
  return tree && filesOf(tree.nodes).find((file) => file.path === relative(path));
}

function relative(path: string): string {
  return path.replace(/^\/|\/$/g, '');
}
