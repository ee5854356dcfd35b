import type { Logger } from '../observability/logger.js';

export type WriteBehindOptions<Value> = {
  /** What is noted, in a log line: `the last uses of tokens`. */
  what: string;
  /** Writes a batch, all or nothing. */
  write(batch: ReadonlyMap<string, Value>): Promise<void>;
  /** What stands for a key that was noted more than once. */
  merge(earlier: Value, later: Value): Value;
  everyMs: number;
  /** So many keys are written early; while that is not possible, what comes of further keys is lost. */
  maxKeys: number;
  log: Pick<Logger, 'warn'>;
};

/**
 * Notes about keys that come with every request and decide nothing: kept in memory and written in one go, again and again. A process that
 * is killed loses what it noted since the last write. What could not be written is written with the next batch; when a connection breaks
 * just as it commits, that is a second time.
 */
export class WriteBehind<Value> {
  private pending = new Map<string, Value>();
  private underWay: { batch: ReadonlyMap<string, Value>; done: Promise<void> } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private hasFailed = false;
  private lost = 0;

  constructor(private readonly options: WriteBehindOptions<Value>) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), this.options.everyMs);
  }

  /** Writes what is left. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay?.done;
    await this.flush();
  }

  /** Does no I/O. */
  note(key: string, value: Value): void {
    const earlier = this.pending.get(key);
    if (earlier === undefined && this.pending.size >= this.options.maxKeys && !this.makeRoom()) {
      this.lost++;
      return;
    }
    this.pending.set(key, earlier === undefined ? value : this.options.merge(earlier, value));
  }

  /** What is noted and not known to be written. Ask before reading what is written: then nothing is missed between the two. */
  noted(key: string): Value | undefined {
    const [earlier, later] = [this.underWay?.batch.get(key), this.pending.get(key)];
    if (earlier === undefined || later === undefined) return earlier ?? later;
    return this.options.merge(earlier, later);
  }

  /** Writes what was noted; while a write is under way, waits for that one alone. Never rejects. */
  async flush(): Promise<void> {
    if (this.underWay) return this.underWay.done;
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    const done = this.write(batch).finally(() => (this.underWay = undefined));
    this.underWay = { batch, done };
    await done;
  }

  /** A database that has failed is asked again by the clock alone. */
  private makeRoom(): boolean {
    if (this.underWay || this.hasFailed) return false;
    void this.flush();
    return true;
  }

  private async write(batch: Map<string, Value>): Promise<void> {
    const { what, log, maxKeys } = this.options;
    try {
      await this.options.write(batch);
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      this.takeBack(batch);
      log.warn({ err: error }, `${what} will be written later`);
    }
    if (this.lost > 0) log.warn({ lost: this.lost, maxKeys }, `${what} were too many, and some are lost`);
    this.lost = 0;
  }

  /** There may then be twice as many keys as are taken. */
  private takeBack(batch: Map<string, Value>): void {
    const since = this.pending;
    this.pending = batch;
    for (const [key, value] of since) {
      const earlier = batch.get(key);
      batch.set(key, earlier === undefined ? value : this.options.merge(earlier, value));
    }
  }
}
