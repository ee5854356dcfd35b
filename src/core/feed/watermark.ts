import type pg from 'pg';
import { storeTypes } from '../event-store/rows.js';
import { run, type Statement } from '../event-store/statement.js';

const safeHead: Statement = { name: 'feed.safe_head', text: 'SELECT safe, last, blocker FROM store.safe_head()' };

type Mark = { safe: number; last: number; blocker: number | null };

/** A mark that stands still below the last drawn position. */
export type StuckMark = {
  /** For how long it has been seen not to move, in milliseconds. */
  stuckMs: number;
  /** Positions between the mark and the last drawn one. */
  behind: number;
  /** The backend whose append is not finished; null for a prepared transaction. */
  pid: number | null;
};

/**
 * The safe head of the log: no event can appear at or below it any more. One per process serves all readers.
 * Events up to the mark must be read by a statement that starts after the mark was given.
 */
export class Watermark {
  private mark = 0;
  private laggingSince?: number;
  private latest: Mark = { safe: 0, last: 0, blocker: null };
  private running?: Promise<void>;
  private queued?: Promise<void>;

  /** @param stuckAfterMs how long the mark may lag without moving before `stuckFor` reports it. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly stuckAfterMs = 5_000,
  ) {}

  /**
   * The mark, never lower than one given before while the log stands. The database is asked after the call, so an append that was answered
   * before is counted; calls that come while an ask runs share the next one.
   */
  async safeHead(): Promise<number> {
    await this.askAfterNow();
    return this.mark;
  }

  /** The last position that was drawn, asked as the mark is. No event of this log is above it. */
  async lastPosition(): Promise<number> {
    await this.askAfterNow();
    return this.latest.last;
  }

  /** For health: null unless the mark lags and has not moved for the configured time. */
  async stuckFor(): Promise<StuckMark | null> {
    await this.askAfterNow();
    const { last, blocker } = this.latest;
    if (this.laggingSince === undefined) return null;
    const stuckMs = performance.now() - this.laggingSince;
    if (stuckMs < this.stuckAfterMs) return null;
    return { stuckMs, behind: last - this.mark, pid: blocker };
  }

  private askAfterNow(): Promise<void> {
    if (!this.running) return this.start();
    this.queued ??= this.running.catch(() => undefined).then(() => this.start());
    return this.queued;
  }

  private start(): Promise<void> {
    this.queued = undefined;
    const asked = this.ask().finally(() => {
      if (this.running === asked) this.running = undefined;
    });
    this.running = asked;
    return asked;
  }

  private async ask(): Promise<void> {
    const [mark] = await run<Mark>(this.pool, safeHead, [], { types: storeTypes });
    this.latest = mark!;
    const advanced = mark!.safe > this.mark;
    // A writer may take a lease at a position that the mark has passed; what it draws is above the mark all the same.
    // Only a log that itself goes back, to a backup or in a crash, takes the mark with it.
    this.mark = mark!.last < this.mark ? mark!.safe : Math.max(this.mark, mark!.safe);
    if (this.mark >= mark!.last) this.laggingSince = undefined;
    else if (advanced || this.laggingSince === undefined) this.laggingSince = performance.now();
  }
}
