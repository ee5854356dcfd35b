import type pg from 'pg';
import { run, type Statement } from './statement.js';

const BLOCK = 20;

const drawBlock: Statement = {
  name: 'store.draw_block',
  text: `INSERT INTO store.numbers AS n (kind, last) VALUES ($1, ${BLOCK})
    ON CONFLICT (kind) DO UPDATE SET last = n.last + ${BLOCK} RETURNING last::text AS last`,
};

/**
 * Numbers for ids that clients see: unique per kind, growing within a process, with holes (a stopped process forgets the
 * rest of its block). The first of a kind is 1. Whoever may have been given another database under the same address calls `forget`.
 */
export class Numbers {
  private readonly blocks = new Map<string, { next: number; last: number }>();
  private readonly drawing = new Map<string, Promise<void>>();

  constructor(private readonly pool: pg.Pool) {}

  /** Drops what is left of the blocks: a database that was restored from a backup will give the same numbers again. */
  forget(): void {
    this.blocks.clear();
  }

  async draw(kind: string): Promise<number> {
    for (;;) {
      const block = this.blocks.get(kind);
      if (block && block.next <= block.last) return block.next++;
      await this.refill(kind);
    }
  }

  /** One query at a time per kind, however many wait for it. */
  private refill(kind: string): Promise<void> {
    const running = this.drawing.get(kind);
    if (running) return running;
    const started = this.reserve(kind).finally(() => this.drawing.delete(kind));
    this.drawing.set(kind, started);
    return started;
  }

  private async reserve(kind: string): Promise<void> {
    const [row] = await run<{ last: string }>(this.pool, drawBlock, [kind]);
    const last = Number(row!.last);
    this.blocks.set(kind, { next: last - BLOCK + 1, last });
  }
}
