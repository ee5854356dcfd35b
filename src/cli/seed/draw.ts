import { createHash } from 'node:crypto';
import { Random } from './random.js';

/** Numbers for one thing of a seed, which do not depend on how many others there are: what is planned can grow. */
export function drawFor(seed: number, thing: string, index: number): Random {
  return new Random(createHash('sha256').update(`${seed}/${thing}/${index}`).digest().readUInt32LE());
}
