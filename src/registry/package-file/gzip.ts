import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { chunksOf, Cursor, type ByteSource } from './bytes.js';
import type { PackageLimits } from './limits.js';
import { broken, exceeded } from './package-file.errors.js';

const section = 'gzip';
const trailerBytes = 8;
const flags = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/**
 * Unpacks a gzip file (RFC 1952) of exactly one member: `wasmer` reads only the first, so what a second one holds would be seen by some
 * and not by others.
 * @returns the unpacked bytes, counted against the limits while they come.
 * @throws Refusal
 */
export async function* gunzip(source: ByteSource, limits: PackageLimits): AsyncGenerator<Uint8Array> {
  const start = headerLength(source, limits);
  const compressed = { start, length: source.sizeBytes - start };
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  // Copies, for the source uses its chunk again. What goes wrong is thrown by the loop below.
  const input = Readable.from(copies(chunksOf(source, compressed)), { objectMode: false });
  pipeline(input, inflate, () => undefined);
  let length = 0;
  let checksum = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      length += chunk.length;
      checksum = crc32(chunk, checksum);
      checkSize(length, inflate, limits);
      yield chunk;
    }
  } catch (error) {
    throw faultOf(error, start + inflate.bytesWritten);
  } finally {
    inflate.destroy();
  }
  checkTrailer(source, start + inflate.bytesWritten, { length, checksum });
}

function* copies(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

function checkSize(length: number, inflate: InflateRaw, limits: PackageLimits): void {
  if (length > limits.unpackedBytes) throw exceeded(limits, 'unpackedBytes', { section });
  if (length > limits.ratioFreeBytes && length > limits.ratio * inflate.bytesWritten) {
    throw exceeded(limits, 'ratio', { section });
  }
}

/** What zlib complains of is the file's fault; everything else goes on as it is. */
function faultOf(error: unknown, offset: number): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'Z_BUF_ERROR') return broken('truncated', { section, offset });
  if (code === 'Z_DATA_ERROR') return broken('gzip-data', { section, offset });
  return error;
}

function headerLength(source: ByteSource, limits: PackageLimits): number {
  const length = Math.min(source.sizeBytes, limits.gzipHeaderBytes);
  const header = new Cursor(source.read(0, length, true), { section, offset: 0 });
  header.take(2); // its magic number led here
  const method = header.u8();
  const flag = header.u8();
  if (method !== 8 || (flag & flags.reserved) !== 0) throw broken('gzip-header', { section, offset: 2 });
  header.take(6); // time, kind of compression, operating system
  if (flag & flags.extra) header.take(header.u8() + 256 * header.u8());
  const texts = [flag & flags.name, flag & flags.comment].filter((present) => present !== 0);
  for (const _ of texts) skipText(header, source, limits);
  if (flag & flags.headerChecksum) {
    const checksum = crc32(header.bytes.subarray(0, header.position)) & 0xffff;
    if (header.u8() + 256 * header.u8() !== checksum) throw broken('gzip-checksum', { section, offset: 0 });
  }
  return header.position;
}

/** A text that ends with a zero. */
function skipText(header: Cursor, source: ByteSource, limits: PackageLimits): void {
  while (header.left > 0) if (header.u8() === 0) return;
  if (header.end < source.sizeBytes) throw exceeded(limits, 'gzipHeaderBytes', { section });
  throw broken('truncated', header.here());
}

function checkTrailer(source: ByteSource, offset: number, unpacked: { length: number; checksum: number }): void {
  const where = { section, offset };
  const trailer = Buffer.from(source.read(offset, Math.min(trailerBytes, source.sizeBytes - offset)));
  if (trailer.length < trailerBytes) throw broken('truncated', { section, offset: source.sizeBytes });
  const isRight =
    trailer.readUInt32LE(0) === unpacked.checksum && trailer.readUInt32LE(4) === unpacked.length % 2 ** 32;
  if (!isRight) throw broken('gzip-checksum', where);
  if (offset + trailerBytes < source.sizeBytes)
    throw broken('trailing-bytes', { section, offset: offset + trailerBytes });
}
