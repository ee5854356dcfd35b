import type { PackageEntry, PackageFile, PackageMount, PackageVolume } from '../registry/package-file/package-file.js';
import { escaped } from '../registry/package-file/package-file.errors.js';
import { alignedRows, type TreeNode } from './tree.js';

/** What a package file holds, for a person who finds out what is wrong with a package. Hashes as the `wasmer` command prints them. */
export function packageTree(path: string, file: PackageFile): TreeNode {
  const sections: [string, TreeNode[]][] = [
    ['package', facts(file)],
    [
      'dependencies',
      alignedRows(file.dependencies.map(({ name, source }) => [escaped(name), escaped(source ?? '(vendored)')])),
    ],
    ['commands', alignedRows(file.commands.map((command) => commandRow(command, file)))],
    [
      'atoms',
      alignedRows(
        file.atoms.map(({ name, kind, sizeBytes, sha256 }) => [
          escaped(name),
          escaped(kind),
          size(sizeBytes),
          `sha256:${sha256}`,
        ]),
      ),
    ],
    ['volumes', file.volumes.map((volume) => volumeNode(volume, file.mounts))],
    ['warnings', file.warnings.map((text) => ({ text: escaped(text) }))],
  ];
  return {
    text: `${path}  ${file.format}  ${size(file.sizeBytes)}  sha256:${file.sha256}`,
    children: sections.filter(([, children]) => children.length > 0).map(([text, children]) => ({ text, children })),
  };
}

function facts(file: PackageFile): TreeNode[] {
  const { name, version, description, license, licenseFile, readme, repository, homepage, wasmerToml } = file;
  const text = (found: { path: string; text: string } | null) =>
    found && `${found.path}, ${size(Buffer.byteLength(found.text))}`;
  const rows: [string, string | null][] = [
    ['name', name],
    ['version', version],
    ['description', description],
    ['license', license],
    ['license file', text(licenseFile)],
    ['readme', text(readme)],
    ['repository', repository],
    ['homepage', homepage],
    ['private', file.private ? 'yes' : null],
    ['entrypoint', file.entrypoint],
    ['manifest', text(wasmerToml)],
  ];
  return alignedRows(rows.flatMap(([key, value]) => (value === null ? [] : [[key, escaped(value)]])));
}

function commandRow(
  { name, runner, atom, dependency }: PackageFile['commands'][0],
  { entrypoint }: PackageFile,
): string[] {
  const from = dependency === null ? '' : ` of ${dependency}`;
  return [
    escaped(name),
    escaped(runner ?? '(by the ABI of the module)'),
    escaped(atom === null ? '(no atom)' : `atom ${atom}${from}`),
    name === entrypoint ? '(entrypoint)' : '',
  ];
}

function volumeNode({ name, entries }: PackageVolume, mounts: PackageMount[]): TreeNode {
  const files = entries.filter((entry) => entry.kind === 'file');
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const places = mounts
    .filter(({ volume, dependency }) => volume === name && dependency === null)
    .map(({ path, folder }) => (folder === null ? path : `${path} (from ${folder})`));
  const mounted = places.length > 0 ? `, mounted at ${places.join(', ')}` : '';
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return { text: escaped(`${name}  ${count}, ${size(total)}${mounted}`), children: entryNodes(entries) };
}

/** A tar.gz need not have an entry for a folder that holds something. */
function entryNodes(entries: PackageEntry[]): TreeNode[] {
  const root: TreeNode & { children: TreeNode[] } = { text: '', children: [] };
  const folders = new Map<string, typeof root>([['', root]]);
  const folderAt = (path: string): typeof root => {
    const known = folders.get(path);
    if (known) return known;
    const { parent, name } = parted(path);
    const folder = { text: `${escaped(name)}/`, children: [] };
    folders.set(path, folder);
    folderAt(parent).children.push(folder);
    return folder;
  };
  for (const entry of entries) {
    if (entry.kind === 'directory') folderAt(entry.path);
    else {
      const { parent, name } = parted(entry.path);
      folderAt(parent).children.push({ text: `${escaped(name)}  ${size(entry.sizeBytes)}` });
    }
  }
  return root.children;
}

function parted(path: string): { parent: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
