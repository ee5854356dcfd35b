import { murmur2, partitionOf } from './partition.js';

describe('partition', () => {
  // The vectors of Kafka's own test (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (key, hash) => {
    expect(murmur2(key)).toBe(hash);
  });

  it('maps a negative hash to a partition as Kafka does: sign bit off, then modulo', () => {
    expect(partitionOf('21', 8)).toBe((-973932308 & 0x7fffffff) % 8);
    expect(partitionOf('abc', 7)).toBe(479470107 % 7);
  });

  it('uses all partitions', () => {
    const used = new Set(Array.from({ length: 200 }, (_, n) => partitionOf(`user:${n}`, 8)));
    expect(used.size).toBe(8);
  });
});
