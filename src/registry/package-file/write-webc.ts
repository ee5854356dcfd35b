import { createHash } from 'node:crypto';
import { encode } from 'cborg';
import { tags } from './webc-index.js';

/** A directory tree: names to contents, or to further trees. */
export type Tree = { [name: string]: string | Uint8Array | Tree };

export type WebcVersion = '002' | '003';

/** A volume's tree and the data that it points into, as bytes. */
export type TreeParts = { tree: Buffer; data: Buffer };

/** A webc before its hashes are computed. */
export type WebcParts = {
  version: WebcVersion;
  manifest: Buffer;
  atoms: TreeParts;
  volumes: ({ name: string } & TreeParts)[];
};

export type Section = { tag: number; name: string; body: Buffer };

/** What the index says. */
export type Index = {
  manifest: IndexEntry;
  atoms: IndexEntry;
  volumes: Record<string, IndexEntry>;
  signature: { tag: string; value: Uint8Array };
  [more: string]: unknown;
};
export type IndexEntry = { span: { start: number; len: number }; checksum: { tag: string; value: Uint8Array } };

/** What every file gets that is made here: equal contents must have equal hashes. */
const modifiedAt = 1_770_091_506;

/**
 * A file of the atoms and volumes (crate `webc`).
 * @param manifest fields to add to, or to replace in, a manifest that fits the atoms: each is a module, and a command of its name
 */
export function webcParts({
  version = '003',
  atoms,
  volumes = {},
  manifest = {},
}: {
  version?: WebcVersion;
  atoms: Tree;
  volumes?: Record<string, Tree>;
  manifest?: Record<string, unknown>;
}): WebcParts {
  return {
    version,
    manifest: Buffer.from(encode({ ...manifestFor(atoms), ...manifest })),
    atoms: treeParts(atoms, version),
    volumes: Object.entries(volumes).map(([name, tree]) => ({ name, ...treeParts(tree, version) })),
  };
}

/** The bytes of a valid file. */
export function writeWebc(parts: WebcParts): Buffer {
  return withIndex(sectionsOf(parts), parts.version);
}

function manifestFor(atoms: Tree): Record<string, unknown> {
  const files = Object.entries(atoms).filter(([, content]) => isContent(content)) as [string, string | Uint8Array][];
  return {
    atoms: Object.fromEntries(files.map(([name, content]) => [name, atomOf(content)])),
    commands: Object.fromEntries(files.map(([name]) => [name, commandOf(name)])),
  };
}

export function atomOf(content: string | Uint8Array): { kind: string; signature: string } {
  return { kind: 'https://webc.org/kind/wasm', signature: `sha256:${sha256(content).toString('base64')}` };
}

export function commandOf(atom: string): unknown {
  return { runner: 'https://webc.org/runner/wasi', annotations: { atom: { name: atom } } };
}

export function treeParts(root: Tree, version: WebcVersion): TreeParts {
  const tree: Buffer[] = [];
  const data: Buffer[] = [];
  let treeLength = 0;
  let dataLength = 0;
  const times = version === '003' ? Buffer.concat([u64(0), u64(modifiedAt), u64(0)]) : Buffer.alloc(0);
  const add = (record: Buffer) => {
    tree.push(record);
    treeLength += record.length;
  };
  const addFile = (content: Buffer): Buffer => {
    add(Buffer.concat([u8(tags.file), u64(dataLength), u64(dataLength + content.length), sha256(content), times]));
    data.push(content);
    dataLength += content.length;
    return sha256(content);
  };
  const addFolder = (folder: Tree): Buffer => {
    const names = Object.keys(folder).map((name) => Buffer.from(name));
    const hashLength = version === '003' ? 32 : 0;
    const entryLength = names.reduce((sum, name) => sum + 16 + hashLength + name.length, 0);
    const index = tree.push(Buffer.alloc(0)) - 1;
    treeLength += 9 + times.length + hashLength + entryLength;
    const children = Object.values(folder).map((child) => {
      const offset = treeLength;
      const hash = isContent(child) ? addFile(Buffer.from(child as string)) : addFolder(child as Tree);
      return { offset, hash };
    });
    const hash = sha256(Buffer.concat(children.map((child) => child.hash)));
    const entries = children.map((child, at) =>
      Buffer.concat([
        u64(child.offset),
        version === '003' ? child.hash : Buffer.alloc(0),
        u64(names[at]!.length),
        names[at]!,
      ]),
    );
    const rest = Buffer.concat([times, version === '003' ? hash : Buffer.alloc(0), ...entries]);
    tree[index] = Buffer.concat([u8(tags.directory), u64(rest.length), rest]);
    return hash;
  };
  addFolder(root);
  return { tree: Buffer.concat(tree), data: Buffer.concat(data) };
}

/** In the order in which they stand behind the index. */
export function sectionsOf({ manifest, atoms, volumes }: WebcParts): Section[] {
  return [
    { tag: tags.manifest, name: 'manifest', body: manifest },
    { tag: tags.atoms, name: 'atoms', body: withLengths(atoms.tree, atoms.data) },
    ...volumes.map(({ name, tree, data }) => ({
      tag: tags.volume,
      name,
      body: withLengths(Buffer.from(name), tree, data),
    })),
  ];
}

/**
 * The sections behind an index that fits them.
 * @param change what a test spoils in the index before it is written
 * @param padding zeros behind the index
 */
export function withIndex(
  sections: Section[],
  version: WebcVersion,
  change: (index: Index) => void = () => undefined,
  padding: Uint8Array = Buffer.alloc(0),
): Buffer {
  const written = sections.map((section) => sectionBytes(section, version));
  // The offsets stand in the index and depend on its length: measured with large ones, and padded.
  const length = encode(indexOf(sections, written, 2 ** 40)).length;
  const index = indexOf(sections, written, 8 + 9 + length + padding.length);
  change(index);
  const encoded = encode(index);
  const room = Buffer.alloc(Math.max(0, length - encoded.length));
  const body = Buffer.concat([encoded, room, padding]);
  return Buffer.concat([Buffer.from(`\0webc${version}`), u8(tags.index), u64(body.length), body, ...written]);
}

function indexOf(sections: Section[], written: Buffer[], start: number): Index {
  let reached = start;
  const entries = sections.map(({ body }, at) => {
    const span = { start: reached, len: written[at]!.length };
    reached += span.len;
    return { span, checksum: { tag: 'checksum-sha256', value: new Uint8Array(sha256(body)) } };
  });
  return {
    manifest: entries[0]!,
    atoms: entries[1]!,
    volumes: Object.fromEntries(sections.slice(2).map(({ name }, at) => [name, entries[at + 2]!])),
    signature: { tag: 'signature-none', value: new Uint8Array(0) },
  };
}

function sectionBytes({ tag, body }: Section, version: WebcVersion): Buffer {
  return Buffer.concat([u8(tag), version === '003' ? sha256(body) : Buffer.alloc(0), u64(body.length), body]);
}

/** Each part behind its length. */
export function withLengths(...parts: Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [u64(part.length), part]));
}

function isContent(value: Tree[string]): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

export function sha256(bytes: string | Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function u8(value: number): Buffer {
  return Buffer.from([value]);
}
