import { textOf } from './bytes.js';
import { broken, type Where } from './package-file.errors.js';
import { pathText } from './package-path.js';

export const blockBytes = 512;

/** A header block of ustar, or of GNU tar, as far as it matters. */
export type TarHeader = {
  type: string;
  /** As it stands there, with `prefix` before it. */
  name: string;
  sizeBytes: number;
  modifiedAt: number;
};

/**
 * POSIX.1-1988 ustar and the older form of GNU tar. Numbers are octal digits: what does not fit into them (GNU's binary numbers) is
 * beyond every limit here.
 * @throws Refusal
 */
export function readTarHeader(block: Uint8Array, where: Where): TarHeader {
  const bytes = Buffer.from(block.buffer, block.byteOffset, blockBytes);
  const magic = bytes.toString('latin1', 257, 265);
  const isUstar = magic === 'ustar\u000000';
  if (!isUstar && magic !== 'ustar  \0') throw broken('tar-header', where);
  if (octal(bytes, 148, 8, where) !== checksumOf(bytes)) throw broken('tar-header', where);
  const name = pathText(upToZero(bytes, 0, 100), where);
  // GNU tar keeps other things where ustar has the prefix.
  const prefix = isUstar ? pathText(upToZero(bytes, 345, 155), where) : '';
  return {
    type: String.fromCharCode(bytes[156]!),
    name: prefix === '' ? name : `${prefix}/${name}`,
    sizeBytes: octal(bytes, 124, 12, where),
    modifiedAt: octal(bytes, 136, 12, where),
  };
}

/** The sum of all bytes, with spaces for the checksum itself. */
function checksumOf(bytes: Buffer): number {
  let sum = 8 * 0x20;
  for (const [index, byte] of bytes.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

function octal(bytes: Buffer, start: number, length: number, where: Where): number {
  const [, digits] = /^ *([0-7]*)[ \0]*$/.exec(bytes.toString('latin1', start, start + length)) ?? [];
  if (digits === undefined) throw broken('tar-header', where);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function upToZero(bytes: Buffer, start: number, length: number): Uint8Array {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/**
 * Records of a pax header: length, key and value, `30 mtime=1700000000.123456789\n`.
 * @throws Refusal `tar-extension` when it is malformed or has a key twice.
 */
export function readPaxRecords(bytes: Uint8Array, where: Where): Map<string, string> {
  const records = new Map<string, string>();
  let rest = Buffer.from(bytes);
  while (rest.length > 0) {
    const [head, digits] = /^([1-9][0-9]{0,6}) /.exec(rest.toString('latin1', 0, 8)) ?? [];
    const length = Number(digits);
    if (head === undefined || length > rest.length || rest[length - 1] !== 0x0a) throw broken('tar-extension', where);
    const text = textOf(rest.subarray(head.length, length - 1));
    const equals = text?.indexOf('=') ?? -1;
    // A value that is no UTF-8 matters only where it is a path, and no path may be.
    if (text === null || equals < 1) throw broken('tar-extension', where);
    const key = text.slice(0, equals);
    if (records.has(key)) throw broken('tar-extension', where);
    records.set(key, text.slice(equals + 1));
    rest = rest.subarray(length);
  }
  return records;
}
