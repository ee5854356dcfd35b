import { broken } from './package-file.errors.js';

const section = 'tar';

/** Takes blocks and runs of bytes from chunks of any length. Positions are counted from the first byte. */
export class BlockStream {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);
  position = 0;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly blockBytes: number,
  ) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** @returns the next block. @throws Refusal `truncated`. */
  async block(): Promise<Uint8Array> {
    if (this.chunk.length >= this.blockBytes) return this.cut(this.blockBytes);
    const block = Buffer.allocUnsafe(this.blockBytes);
    let filled = 0;
    for await (const piece of this.take(this.blockBytes)) {
      block.set(piece, filled);
      filled += piece.length;
    }
    return block;
  }

  /** @returns the next `length` bytes in pieces, each valid until the next one is taken. @throws Refusal `truncated`. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.chunk.length === 0 && !(await this.more()))
        throw broken('truncated', { section, offset: this.position });
      const piece = this.cut(Math.min(left, this.chunk.length));
      left -= piece.length;
      yield piece;
    }
  }

  /** @throws Refusal `truncated`. */
  async skipTo(position: number): Promise<void> {
    for await (const _ of this.take(position - this.position));
  }

  /** Reads to the end. @throws Refusal `trailing-bytes` when something else than zeros is left. */
  async expectZeros(): Promise<void> {
    do {
      const flaw = this.chunk.findIndex((byte) => byte !== 0);
      if (flaw >= 0) throw broken('trailing-bytes', { section, offset: this.position + flaw });
      this.cut(this.chunk.length);
    } while (await this.more());
  }

  /** Lets go of where the chunks come from. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async more(): Promise<boolean> {
    const { value, done } = await this.chunks.next();
    if (done) return false;
    this.chunk = value;
    return true;
  }

  private cut(length: number): Uint8Array {
    const piece = this.chunk.subarray(0, length);
    this.chunk = this.chunk.subarray(length);
    this.position += length;
    return piece;
  }
}
