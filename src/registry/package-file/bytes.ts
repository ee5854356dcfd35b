import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { broken, type Where } from './package-file.errors.js';

/** A file that is read at chosen places, so that no more of it is in memory than is looked at. */
export type ByteSource = {
  readonly sizeBytes: number;
  /**
   * @returns exactly `length` bytes, valid until the next call unless `keep` is set.
   * @throws Refusal `truncated` when the file ends before.
   */
  read(offset: number, length: number, keep?: boolean): Uint8Array;
};

/** A run of bytes of the file. */
export type Span = { start: number; length: number };

const chunkBytes = 1024 * 1024;

/** @param fd an open file that nobody writes to; it is read at positions, so that others may use it, too. */
export function fileSource(fd: number, sizeBytes: number): ByteSource {
  const shared = Buffer.allocUnsafeSlow(Math.min(sizeBytes, chunkBytes));
  return {
    sizeBytes,
    read(offset, length, keep = false) {
      if (offset + length > sizeBytes) throw broken('truncated', { offset: sizeBytes });
      const target = keep || length > shared.length ? Buffer.allocUnsafeSlow(length) : shared.subarray(0, length);
      for (let done = 0; done < length;) {
        const count = readSync(fd, target, done, length - done, offset + done);
        if (count === 0) throw broken('truncated', { offset: offset + done });
        done += count;
      }
      return target;
    },
  };
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      if (offset + length > bytes.length) throw broken('truncated', { offset: bytes.length });
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** The bytes of a span one chunk after the other. */
export function* chunksOf(source: ByteSource, { start, length }: Span): Generator<Uint8Array> {
  for (let done = 0; done < length; done += chunkBytes) {
    yield source.read(start + done, Math.min(chunkBytes, length - done));
  }
}

/** @returns the hash of a span, in lower-case hexadecimal digits. */
export function sha256Of(source: ByteSource, span: Span): string {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(source, span)) hash.update(chunk);
  return hash.digest('hex');
}

/** Reads numbers and runs of bytes one after the other, never beyond the end of what it was given. */
export class Cursor {
  private readonly view: DataView;

  /**
   * @param where section, and where `bytes` begins in the file, for refusals.
   * @param position first byte to read.
   * @param end where it stops, at most the length of `bytes`.
   */
  constructor(
    readonly bytes: Uint8Array,
    private readonly where: Where & { offset: number },
    public position = 0,
    readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.end - this.position;
  }

  /** Where the next byte stands in the file. */
  here(): Where {
    return { ...this.where, offset: this.where.offset + this.position };
  }

  /** @throws Refusal `truncated` when fewer bytes are left. */
  take(length: number): Uint8Array {
    if (length > this.left) throw broken('truncated', this.here());
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** A cursor of its own over the next bytes, which are passed over. @throws Refusal `truncated` when fewer are left. */
  part(length: number): Cursor {
    const start = this.position;
    this.take(length);
    return new Cursor(this.bytes, this.where, start, this.position);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  /** A little-endian 64-bit number. @throws Refusal `span-range` when it is more than any file can have. */
  u64(): number {
    const where = this.here();
    this.take(8);
    const value = this.view.getBigUint64(this.position - 8, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('span-range', where);
    return Number(value);
  }

  hex(length: number): string {
    return Buffer.from(this.take(length)).toString('hex');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the text, with a byte order mark if there is one; null when the bytes are no UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
