import { createHash } from 'node:crypto';
import { Cursor, type Span } from './bytes.js';
import type { PackageLimits } from './limits.js';
import { checkPart, checkPath, PathSet, pathText, type PathCount } from './package-path.js';
import { broken, type Where } from './package-file.errors.js';
import { tags, type WebcLayout } from './webc-index.js';

/** `span` is where its content is in the file. */
export type TreeFile = { kind: 'file'; path: string; modifiedAt: number | null; sha256: string; span: Span };
export type TreeFolder = { kind: 'directory'; path: string; modifiedAt: number | null };
export type TreeNode = TreeFile | TreeFolder;

export type TreeContext = {
  layout: WebcLayout;
  limits: PackageLimits;
  /** Section and place of the tree in the file. */
  where: Where & { offset: number };
  /** Where in the file the data is that the tree's spans point into. */
  data: Span;
  /** Of all trees of the file. */
  count: PathCount;
  /** Names of files in the root that may have a slash in front, which is no part of their path. */
  rootedNames: readonly string[];
};

export type ReadTree = {
  /** Entries below the root, parents before their children. */
  nodes: TreeNode[];
  /** Files that have a slash in front of their names. */
  rooted: string[];
  /** Paths that differ from another one only in letter case. */
  caseTwins: string[];
};

/** 31 December 9999: later times are no times. */
const latestTime = 253_402_300_799;

/**
 * Reads the directory tree of a volume (or of the atoms). Records may stand in any order, but every byte of the tree belongs to one
 * record, every record to one directory, and every byte of the data to one file.
 * @throws Refusal
 */
export function readTree(tree: Uint8Array, context: TreeContext): ReadTree {
  const reader = new TreeReader(tree, context);
  reader.readRoot();
  checkTiling(reader.records, { start: 0, length: tree.length }, context.where);
  const files = reader.nodes.filter((node) => node.kind === 'file');
  const spans = files.map(({ span }) => span).filter(({ length }) => length > 0);
  checkTiling(spans, context.data, { ...context.where, offset: 0 });
  return { nodes: reader.nodes, rooted: reader.rooted, caseTwins: reader.paths.caseTwins };
}

class TreeReader {
  readonly nodes: TreeNode[] = [];
  readonly records: Span[] = [];
  readonly paths = new PathSet();
  /** Files that have a slash in front of their names. */
  readonly rooted: string[] = [];
  private readonly seen = new Set<number>();

  constructor(
    private readonly tree: Uint8Array,
    private readonly context: TreeContext,
  ) {}

  readRoot(): void {
    const record = this.recordAt(0, '');
    if (record.u8() !== tags.directory) throw broken('tree-root', this.context.where);
    this.readFolder(record, '');
  }

  /** @returns a cursor on the record's tag. @throws Refusal when two entries share the record: a tree with loops is none. */
  private recordAt(offset: number, path: string): Cursor {
    const { where } = this.context;
    if (offset >= this.tree.length) throw broken('span-range', { ...where, path });
    if (this.seen.has(offset)) throw broken('span-overlap', { ...where, path });
    this.seen.add(offset);
    return new Cursor(this.tree, where, offset);
  }

  /** Reads the rest of a directory's record, and all below it. @returns time and hash as the record has them. */
  private readFolder(record: Cursor, path: string): { modifiedAt: number | null; sha256: string | null } {
    const start = record.position - 1;
    const entries = record.part(record.u64());
    this.records.push({ start, length: record.position - start });
    const modifiedAt = this.readTimes(entries, path);
    const sha256 = this.context.layout.hashes ? entries.hex(32) : null;
    const hash = createHash('sha256');
    while (entries.left > 0) this.readChild(entries, path, hash);
    if (sha256 !== null && hash.digest('hex') !== sha256) throw broken('tree-hash', { ...this.context.where, path });
    return { modifiedAt, sha256 };
  }

  private readChild(entries: Cursor, parent: string, parentHash: ReturnType<typeof createHash>): void {
    const { layout, limits, count, rootedNames } = this.context;
    const where = entries.here();
    const offset = entries.u64();
    const expected = layout.hashes ? entries.take(32) : null;
    const written = pathText(entries.take(entries.u64()), where);
    const isRooted = parent === '' && rootedNames.includes(written) && this.tree[offset] === tags.file;
    const name = isRooted ? written.slice(1) : written;
    if (isRooted) this.rooted.push(name);
    checkPart(name, limits, { ...where, path: written });
    const path = parent === '' ? name : `${parent}/${name}`;
    checkPath(path, limits, { ...where, path });
    count.addEntry({ ...where, path });
    count.addPath(path, { ...where, path });
    const actual = this.readNode(offset, path, where);
    if (expected === null) return;
    if (Buffer.from(expected).toString('hex') !== actual) throw broken('tree-hash', { ...where, path });
    parentHash.update(expected);
  }

  /** @returns the hash that the record has, if any. */
  private readNode(offset: number, path: string, where: Where): string | null {
    const record = this.recordAt(offset, path);
    const tag = record.u8();
    if (tag === tags.symlink) throw broken('entry-link', { ...where, path });
    if (tag !== tags.directory && tag !== tags.file) throw broken('entry-kind', { ...where, path });
    const kind = tag === tags.directory ? 'directory' : 'file';
    this.paths.add(path, kind, { ...where, path });
    if (kind === 'file') {
      const file = this.readFile(record, path);
      this.nodes.push(file);
      return file.sha256;
    }
    const folder: TreeFolder = { kind, path, modifiedAt: null };
    this.nodes.push(folder);
    const { modifiedAt, sha256 } = this.readFolder(record, path);
    folder.modifiedAt = modifiedAt;
    return sha256;
  }

  private readFile(record: Cursor, path: string): TreeFile {
    const { where, data } = this.context;
    const recordStart = record.position - 1;
    const start = record.u64();
    const end = record.u64();
    if (start > end || end > data.length) throw broken('span-range', { ...where, path });
    const sha256 = record.hex(32);
    const modifiedAt = this.readTimes(record, path);
    this.records.push({ start: recordStart, length: record.position - recordStart });
    return { kind: 'file', path, modifiedAt, sha256, span: { start: data.start + start, length: end - start } };
  }

  /** Last access, last change, creation, in seconds; writers fill only the second. */
  private readTimes(record: Cursor, path: string): number | null {
    if (!this.context.layout.times) return null;
    const times = [record.u64(), record.u64(), record.u64()];
    if (times.some((time) => time > latestTime)) throw broken('time', { ...this.context.where, path });
    return times[1]!;
  }
}

/** Spans must cover the whole, each byte once. `where.offset` is what their starts are counted from. */
function checkTiling(spans: Span[], whole: Span, where: Where & { offset: number }): void {
  let reached = whole.start;
  const at = (offset: number) => ({ ...where, offset: where.offset + offset });
  for (const { start, length } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < reached) throw broken('span-overlap', at(start));
    if (start > reached) throw broken('span-gap', at(reached));
    reached += length;
  }
  if (reached !== whole.start + whole.length) throw broken('span-gap', at(reached));
}
