import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Listener } from './listener.js';

/** Other processes on the same database hear of appends on this channel. */
export const APPENDED_CHANNEL = 'waybill_appended';

const NOTIFY_INTERVAL_MS = 10;

/**
 * Wakes readers after an append was committed: those of this process at once, those of others by a notification of its
 * own, at most one per 10 ms, for a NOTIFY inside the append's transaction would make all commits queue up.
 * A wake-up can be lost; readers poll as well.
 */
export class WakeUp {
  /** Set to false while no other process listens: then nothing is sent. */
  othersListening = true;

  private readonly self: string = randomUUID();
  private readonly subscribers = new Set<() => void>();
  private readonly unlisten?: () => void;
  private pause?: NodeJS.Timeout;
  private again = false;
  private sending: Promise<unknown> = Promise.resolve();

  /** @param listener the process' listener; without one only local appends wake. */
  constructor(
    private readonly pool: pg.Pool,
    listener?: Listener,
  ) {
    this.unlisten = listener?.on(APPENDED_CHANNEL, (sender) => {
      if (sender !== this.self) this.wake();
    });
  }

  /** Calls the handler when there may be new events; it must be quick and not throw. Returns the way out. */
  subscribe(handler: () => void): () => void {
    this.subscribers.add(handler);
    return () => this.subscribers.delete(handler);
  }

  /** To be called after each append that was answered. Never throws, never waits. */
  appended(): void {
    this.wake();
    if (!this.othersListening) return;
    if (this.pause) this.again = true;
    else this.notify();
  }

  /** Sends what is due and stops. */
  async close(): Promise<void> {
    this.unlisten?.();
    clearTimeout(this.pause);
    if (this.again) this.send();
    await this.sending;
  }

  private wake(): void {
    for (const handler of this.subscribers) handler();
  }

  private notify(): void {
    this.send();
    this.pause = setTimeout(() => {
      this.pause = undefined;
      if (!this.again) return;
      this.again = false;
      this.notify();
    }, NOTIFY_INTERVAL_MS);
  }

  private send(): void {
    const query = { name: 'feed.notify', text: 'SELECT pg_notify($1, $2)', values: [APPENDED_CHANNEL, this.self] };
    // Lost is lost: the others poll.
    this.sending = this.pool.query(query).catch(() => undefined);
  }
}
