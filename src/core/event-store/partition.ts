const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/**
 * The murmur2 hash of a key's UTF-8 bytes as Kafka's Java client computes it, so that a topic partitioned by us and one
 * partitioned by any Kafka client agree.
 * @returns a signed 32-bit integer.
 */
export function murmur2(key: string): number {
  const bytes = Buffer.from(key, 'utf8');
  const wholeWords = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < wholeWords; at += 4) {
    const word = mix(bytes.readInt32LE(at));
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const rest = bytes.length - wholeWords;
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(wholeWords, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

function mix(word: number): number {
  const product = Math.imul(word, MULTIPLIER);
  return Math.imul(product ^ (product >>> 24), MULTIPLIER);
}

/** The partition of a stream in a store with `partitions` of them: Kafka's default partitioner over the stream id. */
export function partitionOf(streamId: string, partitions: number): number {
  return (murmur2(streamId) & 0x7fffffff) % partitions;
}
