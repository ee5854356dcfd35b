import type pg from 'pg';
import { positionFrom } from '../../event-store/rows.js';
import { Wake } from '../wake.js';
import type { Backend } from '../listener.js';
import { readPage, reachOf } from '../store-feed.js';
import type { WakeUp } from '../wake-up.js';
import type { Watermark } from '../watermark.js';
import { Batcher } from './batches.js';
import { orGiveUp } from './give-up.js';
import { Publisher, type PublisherPorts } from './publisher.js';
import { RelayLease } from './relay-lease.js';

export type RelayLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type RelayPorts = PublisherPorts & {
  watermark: Watermark;
  wakeUp: WakeUp;
  /** The listener's connection; null while it is down. */
  liveness(): Backend | null;
  log: RelayLog;
  /** Called when the broker has acknowledged events. */
  onPublished?(events: number): void;
};

export type RelayState = {
  /** `waiting`: another process publishes. `failing`: it is tried again and again; `trouble` says why nothing is published. */
  phase: 'stopped' | 'waiting' | 'publishing' | 'failing';
  /** Up to here the broker has acknowledged all; null in a process that has not published yet. */
  position: number | null;
  trouble: string | null;
};

export type Relay = {
  /** Resolves at once; all goes on in the background for as long as it takes. */
  start(): void;
  /** Ends after the batch under way, or within some seconds when the broker does not answer. */
  stop(): Promise<void>;
  readonly state: RelayState;
};

const POLL_MS = 250;
const RENEW_MS = 1_000;
/** How often a process that waits for its turn looks whether the lease is free. */
const WAIT_MS = 500;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
/** For so long a stop waits for the broker. What it was sent is published again by the next relay, and may be there twice. */
const STOP_MS = 1_000;
const PAGE_SIZE = 1_000;
const REQUEST_BYTES = 8 * 1024 * 1024;
/** Around the records of a batch. */
const BATCH_OVERHEAD_BYTES = 1_024;

/** Publishes the log to Kafka, one process at a time. */
export function createRelay(ports: RelayPorts): Relay {
  return new RelayLoop(ports);
}

/**
 * Read a page, send it, move the checkpoint: in this order, one request after the other, so the order within a partition holds however
 * often something is repeated. After any failure all is given up and begun again from the checkpoint.
 */
class RelayLoop implements Relay {
  private readonly lease: RelayLease;
  private readonly wake = new Wake();
  private current: RelayState = { phase: 'stopped', position: null, trouble: null };
  private stopped = true;
  private silence = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private backoffMs = FIRST_BACKOFF_MS;

  constructor(private readonly ports: RelayPorts) {
    this.lease = new RelayLease(ports.pool, ports.incarnation, ports.liveness);
  }

  get state(): RelayState {
    return this.current;
  }

  start(): void {
    this.stopped = false;
    this.silence = new AbortController();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake.ring();
    const timer = setTimeout(() => this.silence.abort(new Error('Kafka does not answer.')), STOP_MS);
    await this.running;
    clearTimeout(timer);
    this.current = { ...this.current, phase: 'stopped' };
  }

  private async run(): Promise<void> {
    const unsubscribe = this.ports.wakeUp.subscribe(() => this.wake.ring());
    while (!this.stopped) {
      try {
        await this.turn();
      } catch (error) {
        if (!this.stopped) this.fail(error as Error);
      }
      if (!this.stopped) await this.pause();
    }
    unsubscribe();
  }

  /** One attempt: returns when the lease is another's, was lost, or is not wanted any more. */
  private async turn(): Promise<void> {
    const position = await this.lease.renew();
    if (position === null) {
      this.current = { ...this.current, phase: 'waiting', trouble: null };
      return;
    }
    const renewing = setInterval(() => void this.renew(), RENEW_MS);
    try {
      const publisher = await this.open();
      try {
        this.ports.log.info({ topic: publisher.topic, position }, 'publishing the log to Kafka');
        await this.publish(publisher, position);
      } finally {
        await publisher.close();
      }
    } finally {
      clearInterval(renewing);
      // Whatever went wrong here, another process may do better.
      await this.lease.release().catch(() => undefined);
    }
  }

  private async open(): Promise<Publisher> {
    const opening = Publisher.open(this.ports);
    try {
      return await orGiveUp(opening, this.silence.signal);
    } catch (error) {
      // One that comes too late is closed at once.
      void opening.then(
        (publisher) => publisher.close(),
        () => undefined,
      );
      throw error;
    }
  }

  private async renew(): Promise<void> {
    // A failed renewal leaves what is left of the lease.
    const position = await this.lease.renew().catch(() => undefined);
    if (position === null) this.wake.ring();
  }

  private async publish(publisher: Publisher, from: number): Promise<void> {
    const { pool, partitions, incarnation, settings, watermark } = this.ports;
    const limits = { partitionBytes: settings.maxMessageBytes - BATCH_OVERHEAD_BYTES, requestBytes: REQUEST_BYTES };
    const batcher = new Batcher(await lastPositions(pool, partitions, from), incarnation, limits);
    let position = from;
    this.published(position);
    while (!this.stopped && this.lease.isHeld) {
      const upTo = await watermark.safeHead();
      while (position < upTo && !this.stopped) {
        const request = { after: position, upTo, limit: PAGE_SIZE };
        const page = await readPage(pool, request);
        for (const batch of batcher.batches(page)) {
          if (!this.lease.isHeld) return;
          await orGiveUp(publisher.send(batch.messages), this.silence.signal);
          if (!(await this.advance(position, batch.reached))) return;
          position = batch.reached;
          this.ports.onPublished?.(batch.messages.length);
        }
        const reached = reachOf(page, request);
        if (reached > position && !(await this.advance(position, reached))) return;
        position = reached;
      }
      await this.wake.sleep(POLL_MS);
    }
  }

  private async advance(from: number, to: number): Promise<boolean> {
    const moved = await this.lease.advance(from, to);
    if (moved) this.published(to);
    return moved;
  }

  private published(position: number): void {
    this.current = { phase: 'publishing', position, trouble: null };
    this.backoffMs = FIRST_BACKOFF_MS;
  }

  private fail(error: Error): void {
    const trouble = error.message;
    if (trouble !== this.current.trouble)
      this.ports.log.warn({ err: error }, 'the log is not published to Kafka: trying again');
    this.current = { ...this.current, phase: 'failing', trouble };
  }

  private async pause(): Promise<void> {
    const isWaiting = this.current.phase === 'waiting';
    // Appends wake it, too, and must not make it try in a loop.
    const until = performance.now() + (isWaiting ? WAIT_MS : this.backoffMs);
    if (!isWaiting) this.backoffMs = Math.min(this.backoffMs * 2, MAX_BACKOFF_MS);
    while (!this.stopped && performance.now() < until) await this.wake.sleep(until - performance.now());
  }
}

/** The last position of each partition up to `upTo`: what the next event of the partition names as its predecessor. */
async function lastPositions(pool: pg.Pool, partitions: number, upTo: number): Promise<Map<number, number>> {
  const { rows } = await pool.query(
    `SELECT n AS partition, last.position FROM generate_series(0, $1::integer - 1) AS n CROSS JOIN LATERAL (
       SELECT position FROM store.events WHERE partition = n::smallint AND position <= $2 ORDER BY position DESC LIMIT 1
     ) last`,
    [partitions, upTo],
  );
  return new Map(rows.map((row) => [row.partition, positionFrom(row.position)]));
}
