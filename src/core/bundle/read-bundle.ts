import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  BundleRefused,
  bundleVersion,
  maxLineBytes,
  type BundleHeader,
  type BundleKind,
  type BundleTrailer,
} from './format.js';

export type Row = Record<string, unknown>;

/** Some rows of a section that follow each other; `firstLine` is the line of the first of them. */
export type RowPiece = { rows: Row[]; firstLine: number };

/** Reads a bundle from its beginning to its end, once. Holds one piece of it in memory. */
export class BundleReader<Facts> {
  header!: BundleHeader<Facts>;
  /** The line that was read last, counted from 1. */
  private line = 0;
  private readonly digest: Hash = createHash('sha256');
  private readonly counts: Record<string, number> = {};
  private readonly lines: AsyncGenerator<Buffer[]>;
  /** Lines that are unpacked and not given yet. */
  private waiting: Buffer[] = [];
  private next = 0;

  private constructor(source: AsyncIterable<Uint8Array>) {
    this.lines = linesOf(source);
  }

  /**
   * @param source the packed file
   * @throws BundleRefused when it is no bundle of this kind, or of a version that this Waybill does not know
   */
  static async open<Facts>(source: AsyncIterable<Uint8Array>, kind: BundleKind): Promise<BundleReader<Facts>> {
    const reader = new BundleReader<Facts>(source);
    const header = reader.parse(await reader.take()) as BundleHeader<Facts>;
    if (header?.format !== 'waybill bundle') throw new BundleRefused(null, 'this is no bundle of Waybill.');
    if (header.version !== bundleVersion)
      throw new BundleRefused(
        null,
        `its format has version ${String(header.version)}; this Waybill knows ${bundleVersion}. Use the Waybill that wrote it, or a newer one.`,
      );
    if (header.kind !== kind)
      throw new BundleRefused(null, `it holds ${String(header.kind)}, where ${kind} is expected.`);
    if (typeof header.facts !== 'object' || header.facts === null)
      throw new BundleRefused(1, 'the header has no facts.');
    reader.header = header;
    return reader;
  }

  /**
   * The rows of the next section, some at a time, so that nobody waits for each of them.
   * @throws BundleRefused when another section comes, or a row is no object
   */
  async *section(name: string): AsyncGenerator<RowPiece> {
    const opening = this.parse(await this.take());
    if (!Array.isArray(opening) || opening[0] !== 'section' || opening[1] !== name)
      throw new BundleRefused(this.line, `the section "${name}" is expected here.`);
    this.counts[name] = 0;
    while (await this.fill()) {
      const rows: Row[] = [];
      const firstLine = this.line + 1;
      while (this.next < this.waiting.length && !isControl(this.waiting[this.next]!)) {
        rows.push(this.rowAt(this.shift()));
      }
      if (rows.length > 0) {
        this.counts[name] += rows.length;
        yield { rows, firstLine };
      }
      if (this.next < this.waiting.length) return;
    }
  }

  /** @throws BundleRefused unless the end follows, says what was read, and nothing comes after it */
  async end(): Promise<BundleTrailer> {
    await this.peek();
    // The end does not hash itself.
    const sha256 = this.digest.copy().digest('hex');
    const closing = this.parse(this.shift());
    if (!Array.isArray(closing) || closing[0] !== 'end')
      throw new BundleRefused(this.line, 'the end is expected here.');
    const trailer = closing[1] as BundleTrailer;
    if (trailer?.sha256 !== sha256)
      throw new BundleRefused(null, 'its SHA-256 is not what its end says: it was changed after it was written.');
    for (const [name, count] of Object.entries(this.counts)) {
      if (trailer.counts?.[name] !== count)
        throw new BundleRefused(null, `it has ${count} rows of ${name}; its end says ${trailer.counts?.[name]}.`);
    }
    if (await this.fill()) throw new BundleRefused(this.line + 1, 'something comes after the end.');
    return trailer;
  }

  private async take(): Promise<Buffer> {
    await this.peek();
    return this.shift();
  }

  private async peek(): Promise<Buffer> {
    if (!(await this.fill())) throw new BundleRefused(this.line + 1, 'it is cut off here.');
    return this.waiting[this.next]!;
  }

  private shift(): Buffer {
    const line = this.waiting[this.next++]!;
    this.line++;
    this.digest.update(line);
    this.digest.update('\n');
    return line;
  }

  /** @returns false at the end of the file */
  private async fill(): Promise<boolean> {
    while (this.next >= this.waiting.length) {
      const { value, done } = await this.lines.next().catch((error: Error) => {
        throw error instanceof BundleRefused ? error : unreadable(error, this.line + 1);
      });
      if (done) return false;
      this.waiting = value;
      this.next = 0;
    }
    return true;
  }

  private rowAt(line: Buffer): Row {
    const row = this.parse(line);
    if (typeof row !== 'object' || row === null) throw new BundleRefused(this.line, 'it is no row.');
    return row as Row;
  }

  private parse(line: Buffer): unknown {
    try {
      return JSON.parse(line.toString());
    } catch {
      throw new BundleRefused(this.line, 'it is no JSON.');
    }
  }
}

const pieceBytes = 256 * 1024;
const endOfLine = 0x0a;
const isControl = (line: Buffer): boolean => line[0] === 0x5b;

/** A failure of gzip is about the file; one of the disk or the network is not. */
function unreadable(error: Error & { code?: string }, line: number): Error {
  if (!error.code?.startsWith('Z_') && error.code !== 'ERR_BUFFER_TOO_LARGE') return error;
  return new BundleRefused(line, `it is not whole, or no gzip file (${error.message}).`);
}

async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer[]> {
  const packed = Readable.from(source, { objectMode: false });
  const unpacked = createGunzip({ chunkSize: pieceBytes });
  packed.on('error', (error) => unpacked.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of packed.pipe(unpacked) as AsyncIterable<Buffer>) {
    const text = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = text.indexOf(endOfLine); at >= 0; at = text.indexOf(endOfLine, from)) {
      lines.push(text.subarray(from, at));
      from = at + 1;
    }
    rest = text.subarray(from);
    if (rest.length > maxLineBytes || lines.some((line) => line.length > maxLineBytes))
      throw new BundleRefused(null, `a line has more than ${maxLineBytes} bytes.`);
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [rest];
}
