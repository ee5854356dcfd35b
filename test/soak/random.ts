/** Whole numbers from a seed: the same seed gives the same ones (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0 to `below` - 1. */
  below(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
