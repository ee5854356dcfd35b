import { Cursor, sha256Of, type ByteSource, type Span } from './bytes.js';
import { checkName } from './fields.js';
import type { PackageLimits } from './limits.js';
import { broken, within, type Where } from './package-file.errors.js';
import { caseWarnings, pathText, type PathCount } from './package-path.js';
import { tags, type SectionEntry, type WebcLayout } from './webc-index.js';
import { sdkLicense } from './webc-manifest.js';
import { readTree, type ReadTree, type TreeFile, type TreeNode } from './webc-tree.js';

const metadata = 'volume metadata';

/** What @wasmer/sdk (0.10.0) calls README and licence in the volume `metadata`. Elsewhere such a name is refused: see the warning. */
const sdkNames = ['/README.md', sdkLicense];

/** What is shared while one webc is read. */
export type Reading = {
  source: ByteSource;
  limits: PackageLimits;
  layout: WebcLayout;
  /** Of all trees. */
  count: PathCount;
  warnings: string[];
};

/** A section without its head. */
export type Section = SectionEntry & { body: Span };

/** A tree and its files; the spans of files are those in the whole file. */
export type Tree = { name: string; nodes: TreeNode[] };

/** Reads the head of a section: tag, hash of its body (version 3), length. @throws Refusal when it is not what the index says. */
export function openSection(entry: SectionEntry, { source, layout }: Reading): Section {
  const { kind, name, span, sha256 } = entry;
  const where = { section: name, offset: span.start };
  const headLength = layout.hashes ? 41 : 9;
  if (span.length < headLength) throw broken('section-length', where);
  const head = new Cursor(source.read(span.start, headLength), where);
  if (head.u8() !== tags[kind]) throw broken('section-tag', where);
  if (layout.hashes && head.hex(32) !== sha256) throw broken('section-hash', where);
  const body = { start: span.start + headLength, length: span.length - headLength };
  if (head.u64() !== body.length) throw broken('section-length', where);
  return { ...entry, body };
}

/** @throws Refusal when the body has another hash than the index gives it. */
export function checkSectionHash({ name, body, sha256 }: Section, source: ByteSource): void {
  if (sha256Of(source, body) !== sha256) throw broken('section-hash', { section: name, offset: body.start });
}

/** @throws Refusal when a file has another hash than its tree gives it. */
export function checkFileHashes({ name, nodes }: Tree, source: ByteSource): void {
  for (const file of filesOf(nodes)) {
    if (sha256Of(source, file.span) === file.sha256) continue;
    throw broken('file-hash', { section: name, path: file.path, offset: file.span.start });
  }
}

/** The atoms are a volume without a name, and without directories. */
export function readAtoms(section: Section, reading: Reading): TreeFile[] {
  const { nodes } = readVolumeBody(new SectionReader(section, reading.source), section.name, reading);
  const files = filesOf(nodes);
  const folder = nodes.find(({ kind }) => kind === 'directory');
  if (folder) throw broken('atom-folder', { section: section.name, path: folder.path });
  within(reading.limits, 'atoms', files.length, { section: section.name });
  return files;
}

export function readVolume(section: Section, reading: Reading): Tree {
  const where = { section: `volume ${section.name}`, offset: section.body.start };
  checkName(section.name, reading.limits, where);
  const reader = new SectionReader(section, reading.source);
  // Compared before it is read: the index has a limit, and this length has none.
  const length = reader.u64();
  if (length !== Buffer.byteLength(section.name)) throw broken('volume-name', where);
  const name = reading.source.read(reader.span(length).start, length);
  if (pathText(name, where) !== section.name) throw broken('volume-name', where);
  const { nodes, rooted, caseTwins } = readVolumeBody(reader, where.section, reading);
  reading.warnings.push(
    ...rooted.map(
      (path) => `${where.section}: "${path}" is written as "/${path}": \`wasmer package unpack\` puts it there.`,
    ),
  );
  reading.warnings.push(...caseWarnings(caseTwins, reading.limits, `${where.section}: `));
  return { name: section.name, nodes };
}

function readVolumeBody(reader: SectionReader, section: string, reading: Reading): ReadTree {
  const tree = reader.span(reader.u64());
  const data = reader.span(reader.u64());
  reader.end();
  const where = { section, offset: tree.start };
  within(reading.limits, 'treeBytes', tree.length, where);
  const { layout, limits, count } = reading;
  const bytes = reading.source.read(tree.start, tree.length, true);
  const rootedNames = section === metadata ? sdkNames : [];
  return readTree(bytes, { layout, limits, where, data, count, rootedNames });
}

export function filesOf(nodes: TreeNode[]): TreeFile[] {
  return nodes.filter((node) => node.kind === 'file');
}

/** Takes the body of a section apart into spans, without reading them. */
class SectionReader {
  private reached: number;
  private readonly endsAt: number;

  constructor(
    private readonly section: Section,
    private readonly source: ByteSource,
  ) {
    this.reached = section.body.start;
    this.endsAt = section.body.start + section.body.length;
  }

  u64(): number {
    const where = this.here();
    return new Cursor(this.source.read(this.span(8).start, 8), where).u64();
  }

  /** @throws Refusal `section-length` when it reaches out of the section. */
  span(length: number): Span {
    if (length > this.endsAt - this.reached) throw broken('section-length', this.here());
    this.reached += length;
    return { start: this.reached - length, length };
  }

  /** @throws Refusal when something is left. */
  end(): void {
    if (this.reached < this.endsAt) throw broken('trailing-bytes', this.here());
  }

  private here(): Where & { offset: number } {
    return { section: this.section.name, offset: this.reached };
  }
}
