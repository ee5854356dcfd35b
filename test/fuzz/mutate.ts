import type { FuzzRandom } from './random.js';

/** One way to spoil bytes; `others` are files to take pieces from. */
type Mutation = (bytes: Buffer, random: FuzzRandom, others: readonly Buffer[]) => Buffer;

const edges = [0n, 1n, 7n, 255n, 256n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 53n - 1n, 2n ** 63n, 2n ** 64n - 1n];

const mutations: Mutation[] = [
  flipBits,
  setBytes,
  cutOff,
  remove,
  repeat,
  insert,
  splice,
  swap,
  editLength,
  editLength,
];

/** @returns a copy with one to four mutations, sometimes many. */
export function mutate(bytes: Buffer, random: FuzzRandom, others: readonly Buffer[]): Buffer {
  const rounds = random.chance(5) ? 20 : 1 + random.below(4);
  let result = Buffer.from(bytes);
  for (let round = 0; round < rounds; round += 1) result = Buffer.from(random.of(mutations)(result, random, others));
  return result;
}

function flipBits(bytes: Buffer, random: FuzzRandom): Buffer {
  for (let count = 1 + random.below(4); bytes.length > 0 && count > 0; count -= 1) {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  }
  return bytes;
}

function setBytes(bytes: Buffer, random: FuzzRandom): Buffer {
  const { start, end } = range(bytes, random, 16);
  return bytes.fill(random.of([0, 1, 0x20, 0x2e, 0x2f, 0x5c, 0x7f, 0x80, 0xc0, 0xff, random.below(256)]), start, end);
}

function cutOff(bytes: Buffer, random: FuzzRandom): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

function remove(bytes: Buffer, random: FuzzRandom): Buffer {
  const { start, end } = range(bytes, random, 64);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function repeat(bytes: Buffer, random: FuzzRandom): Buffer {
  const { start, end } = range(bytes, random, 512);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
}

function insert(bytes: Buffer, random: FuzzRandom): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at)]);
}

function splice(bytes: Buffer, random: FuzzRandom, others: readonly Buffer[]): Buffer {
  const other = random.of(others);
  const { start, end } = range(other, random, 256);
  const at = random.below(bytes.length + 1);
  const over = random.chance(50) ? end - start : 0;
  return Buffer.concat([bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at + over)]);
}

function swap(bytes: Buffer, random: FuzzRandom): Buffer {
  const [first, second] = [range(bytes, random, 64), range(bytes, random, 64)].sort((a, b) => a.start - b.start);
  if (first!.end > second!.start) return bytes;
  return Buffer.concat([
    bytes.subarray(0, first!.start),
    bytes.subarray(second!.start, second!.end),
    bytes.subarray(first!.end, second!.start),
    bytes.subarray(first!.start, first!.end),
    bytes.subarray(second!.end),
  ]);
}

/** Eight bytes that could be a length or an offset get another value, near or far. */
function editLength(bytes: Buffer, random: FuzzRandom): Buffer {
  const fields: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 1) {
    if (bytes.readUInt32LE(at + 4) === 0 && bytes.readUInt32LE(at) <= bytes.length) fields.push(at);
  }
  if (fields.length === 0) return flipBits(bytes, random);
  const at = random.of(fields);
  const value = bytes.readBigUInt64LE(at);
  const near = BigInt.asUintN(64, value + BigInt(random.below(17) - 8));
  bytes.writeBigUInt64LE(random.chance(50) ? near : random.of(edges), at);
  return bytes;
}

function range(bytes: Buffer, random: FuzzRandom, longest: number): { start: number; end: number } {
  const start = random.below(bytes.length + 1);
  return { start, end: Math.min(bytes.length, start + 1 + random.below(longest)) };
}
