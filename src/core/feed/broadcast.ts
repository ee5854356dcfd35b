import type pg from 'pg';
import type { StoredEvent } from '../event-store/types.js';
import { readPage } from './store-feed.js';
import type { WakeUp } from './wake-up.js';
import type { Watermark } from './watermark.js';

/** Gets events in order of position. Must be quick: it is called for one page after the other and nobody waits for it. */
export type BroadcastHandler = (events: StoredEvent[]) => void;

export type BroadcastOptions = {
  pool: pg.Pool;
  watermark: Watermark;
  wakeUp: WakeUp;
  /** How often to look when nothing wakes. */
  pollMs?: number;
  pageSize?: number;
  /** Hears of failed reads (which are repeated) and of handlers that threw (which are not called again for that page). */
  onError?: (error: unknown) => void;
};

type Subscriber = { after: number; handler: BroadcastHandler };

/**
 * The feed for caches and subscriptions: every process gets every event from now on, and nothing is remembered across a
 * restart. One reader serves all subscribers of the process, and reads only while there are any.
 */
export class Broadcast {
  private readonly subscribers = new Set<Subscriber>();
  private readonly pollMs: number;
  private readonly pageSize: number;
  private position = 0;
  private reading = false;
  private again = false;
  private timer?: NodeJS.Timeout;
  private sleep?: () => void;

  constructor(private readonly options: BroadcastOptions) {
    this.pollMs = options.pollMs ?? 1_000;
    this.pageSize = options.pageSize ?? 1_000;
  }

  /** Every event that is appended after this resolves reaches the handler. Returns the way out. */
  async subscribe(handler: BroadcastHandler): Promise<() => void> {
    const subscriber = { after: await this.options.watermark.safeHead(), handler };
    if (this.subscribers.size === 0) this.open(subscriber.after);
    this.subscribers.add(subscriber);
    return () => {
      if (this.subscribers.delete(subscriber) && this.subscribers.size === 0) this.close();
    };
  }

  private open(position: number): void {
    this.position = position;
    this.sleep = this.options.wakeUp.subscribe(() => this.wake());
    this.timer = setInterval(() => this.wake(), this.pollMs);
  }

  private close(): void {
    clearInterval(this.timer);
    this.sleep?.();
  }

  private wake(): void {
    this.again = true;
    if (!this.reading) void this.readOn();
  }

  private async readOn(): Promise<void> {
    this.reading = true;
    try {
      while (this.again && this.subscribers.size > 0) {
        this.again = false;
        await this.readToHead();
      }
    } catch (error) {
      this.options.onError?.(error);
    } finally {
      this.reading = false;
    }
  }

  private async readToHead(): Promise<void> {
    const { pool, watermark } = this.options;
    const upTo = await watermark.safeHead();
    this.followBack(upTo);
    while (this.position < upTo && this.subscribers.size > 0) {
      const events = await readPage(pool, { after: this.position, upTo, limit: this.pageSize });
      this.position = events.length < this.pageSize ? upTo : events.at(-1)!.position;
      for (const subscriber of this.subscribers) this.deliver(subscriber, events);
    }
  }

  /**
   * The mark falls only with the log itself, to a backup or in a crash. Other events come at positions that were read already, and those from the mark on
   * are brought; which ones below it are new cannot be told.
   */
  private followBack(mark: number): void {
    if (mark >= this.position) return;
    this.position = mark;
    for (const subscriber of this.subscribers) subscriber.after = Math.min(subscriber.after, mark);
  }

  private deliver({ after, handler }: Subscriber, events: StoredEvent[]): void {
    const wanted = events.filter((event) => event.position > after);
    if (wanted.length === 0) return;
    try {
      handler(wanted);
    } catch (error) {
      this.options.onError?.(error);
    }
  }
}
