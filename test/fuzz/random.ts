import { Random } from '../kit/random.js';

/** What a fuzzer asks of chance, beside the ordinary. */
export class FuzzRandom extends Random {
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
