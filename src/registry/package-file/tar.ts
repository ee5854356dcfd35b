import { BlockStream } from './block-stream.js';
import type { PackageLimits } from './limits.js';
import { broken, within, type Where } from './package-file.errors.js';
import { checkPath, PathCount, PathSet, pathText } from './package-path.js';
import type { PackageRule } from './rules.js';
import { blockBytes, readPaxRecords, readTarHeader, type TarHeader } from './tar-header.js';

/** `content()` gives what stands in the file; what is not taken is passed over. */
export type TarEntry =
  | { kind: 'directory'; path: string; modifiedAt: number }
  | { kind: 'file'; path: string; modifiedAt: number; sizeBytes: number; content(): AsyncGenerator<Uint8Array> };

const section = 'tar';

type Extensions = { pax: Map<string, string> | null; longName: string | null };

const forbidden: Record<string, PackageRule> = {
  '1': 'entry-link',
  '2': 'entry-link',
  K: 'entry-link',
  '3': 'entry-device',
  '4': 'entry-device',
  '6': 'entry-fifo',
  S: 'entry-sparse',
};

/**
 * Reads a tar archive as a stream: ustar, pax and the older GNU form, as far as all readers of them agree. What they could read in
 * different ways is refused: sizes that contradict each other, names given twice, entries behind the end.
 * @throws Refusal
 */
export class TarReader {
  readonly paths = new PathSet();
  private readonly stream: BlockStream;
  private readonly count: PathCount;
  private hasRoot = false;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly limits: PackageLimits,
  ) {
    this.stream = new BlockStream(chunks, blockBytes);
    this.count = new PathCount(limits);
  }

  /** @returns the entries in their order; the archive is checked to its end when the last one is taken. */
  async *entries(): AsyncGenerator<TarEntry> {
    try {
      for (let found = await this.nextEntry(); found; found = await this.nextEntry()) {
        const { header, path, where } = found;
        const end = this.stream.position + padded(header.sizeBytes);
        if (path !== null) yield this.entryOf(header, path, where);
        await this.stream.skipTo(end);
      }
      await this.stream.expectZeros();
    } finally {
      await this.stream.close();
    }
  }

  private entryOf({ type, sizeBytes, modifiedAt }: TarHeader, path: string, where: Where): TarEntry {
    this.paths.add(path, type === '5' ? 'directory' : 'file', { ...where, path });
    if (type === '5') return { kind: 'directory', path, modifiedAt };
    const content = () => this.stream.take(sizeBytes);
    return { kind: 'file', path, modifiedAt, sizeBytes, content };
  }

  /** @returns the next file or directory, with `path` null for the root; null at the end of the archive. */
  private async nextEntry(): Promise<{ header: TarHeader; path: string | null; where: Where } | null> {
    const extensions: Extensions = { pax: null, longName: null };
    for (;;) {
      const where = { section, offset: this.stream.position };
      const block = await this.stream.block();
      if (isZero(block)) {
        if (extensions.pax || extensions.longName !== null) throw broken('tar-extension', where);
        if (!isZero(await this.stream.block())) throw broken('tar-header', where);
        return null;
      }
      this.count.addEntry(where);
      const header = readTarHeader(block, where);
      if (!/^[xgL]$/.test(header.type)) return { header, path: this.pathOf(header, extensions, where), where };
      await this.extend(extensions, header, where);
    }
  }

  /** Reads a header that says more of the entry behind it, or of all. */
  private async extend(extensions: Extensions, header: TarHeader, where: Where): Promise<void> {
    const bytes = await this.readExtension(header, where);
    if (header.type === 'g') return checkGlobal(readPaxRecords(bytes, where), where);
    if (header.type === 'x' ? extensions.pax : extensions.longName !== null) throw broken('tar-extension', where);
    if (header.type === 'x') extensions.pax = readPaxRecords(bytes, where);
    else extensions.longName = longNameOf(bytes, where);
  }

  private pathOf(header: TarHeader, { pax, longName }: Extensions, where: Where): string | null {
    if (pax) checkPax(pax, header, where);
    const named = pax?.get('path');
    if (named !== undefined && longName !== null) throw broken('tar-extension', where);
    const raw = named ?? longName ?? header.name;
    checkType(header, { ...where, path: raw });
    // Archives of a whole folder write `./` before each path, and the folder itself as `./`.
    const relative = raw.startsWith('./') ? raw.slice(2) : raw;
    const path = header.type === '5' ? relative.replace(/\/$/, '') : relative;
    if (header.type === '5' && (path === '' || path === '.')) {
      if (raw === '' || raw === '/') throw broken('path-part', where);
      if (this.hasRoot) throw broken('duplicate-path', { ...where, path: './' });
      this.hasRoot = true;
      return null;
    }
    checkPath(path, this.limits, { ...where, path });
    this.count.addPath(path, { ...where, path });
    return path;
  }

  private async readExtension({ sizeBytes }: TarHeader, where: Where): Promise<Uint8Array> {
    within(this.limits, 'tarExtensionBytes', sizeBytes, where);
    const chunks: Uint8Array[] = [];
    const end = this.stream.position + padded(sizeBytes);
    for await (const chunk of this.stream.take(sizeBytes)) chunks.push(Buffer.from(chunk));
    await this.stream.skipTo(end);
    return Buffer.concat(chunks);
  }
}

function longNameOf(bytes: Uint8Array, where: Where): string {
  const end = bytes.indexOf(0);
  // What is behind the zero would be a part of the name for some readers.
  if (end >= 0 && end !== bytes.length - 1) throw broken('tar-extension', where);
  return pathText(end < 0 ? bytes : bytes.subarray(0, end), where);
}

function checkType({ type, sizeBytes }: TarHeader, where: Where): void {
  const rule = Object.hasOwn(forbidden, type) ? forbidden[type] : undefined;
  if (rule) throw broken(rule, where);
  if (type !== '0' && type !== '\0' && type !== '5') throw broken('entry-kind', where);
  if (type === '5' && sizeBytes !== 0) throw broken('tar-header', where);
}

/** Records that change what the entry is. Others, such as exact times and attributes of macOS, change nothing here. */
function checkPax(pax: Map<string, string>, { sizeBytes }: TarHeader, where: Where): void {
  for (const [key, value] of pax) {
    if (key.startsWith('GNU.sparse.')) throw broken('entry-sparse', where);
    if (key === 'linkpath') throw broken('entry-link', where);
    if (key === 'hdrcharset') throw broken('tar-extension', where);
    if (key === 'size' && value !== String(sizeBytes)) throw broken('tar-extension', where);
  }
}

/** For all entries that follow: only what does not change them, such as the commit that `git archive` writes. */
function checkGlobal(pax: Map<string, string>, where: Where): void {
  const changing = [...pax.keys()].find((key) => /^(path|size|linkpath|hdrcharset|GNU\.sparse\..*)$/.test(key));
  if (changing !== undefined) throw broken('tar-extension', where);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Length with the zeros that fill the last block. */
function padded(length: number): number {
  return Math.ceil(length / blockBytes) * blockBytes;
}
