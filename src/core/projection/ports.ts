import type pg from 'pg';
import type { Recorded, StoredEvent } from '../event-store/types.js';
import type { Conveyor } from '../feed/conveyor.js';
import type { Liveness, Ownership } from './ownership.js';

/** What the runner needs from its surroundings; the store's feed is one implementation. */
export type RunnerPorts = {
  pool: pg.Pool;
  /** P of the store. */
  partitions: number;
  /** Highest position below which no event can appear any more. */
  safeHead(): Promise<number>;
  /** The last position that was drawn: no event of this log is above it. */
  lastPosition(): Promise<number>;
  readPage(request: PageRequest): Promise<Page>;
  /** The last position of each of these partitions at or below a safe head; none for an empty one. */
  readHeads(partitions: number[], upTo: number): Promise<Map<number, number>>;
  /** Decodes events that came by the conveyor, of the types that anything in this process reads. */
  decode(events: StoredEvent[]): Promise<Recorded[]>;
  /** Brings the tail from elsewhere than the store. */
  conveyor?: Conveyor;
  ownership: Pick<Ownership, 'renew' | 'release'>;
  /** The listener's connection; null while it is down, and then no lease is renewed. */
  liveness(): Liveness | null;
  log: RunnerLog;
  /** Called after each batch that applied events. */
  onApplied?(projection: string, events: number, source: Source): void;
  /** Called when read models moved, to wake waiters in other processes. */
  onProgress?(): void;
  onLiveProcesses?(count: number): void;
};

/** Where events were read. */
export type Source = 'store' | 'kafka';

/** `reached` is how far the page goes: the last position that was read when the limit cut it, else `upTo`. */
export type Page = { events: Recorded[]; reached: number };

/** Decoded events with after < position <= upTo in position order, at most `limit`, of the given partitions and types. */
export type PageRequest = { after: number; upTo: number; partitions: number[]; types?: string[]; limit: number };

export type RunnerLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type RunnerOptions = {
  /** Events in one page of the tail. */
  pageSize: number;
  /** Events in one page of a catch-up. */
  catchUpPageSize: number;
  /** Fallback when no wake-up comes. */
  pollMs: number;
  renewMs: number;
  flushMs: number;
  /** How often to look whether the conveyor has left out the last events of a partition. */
  lookMs: number;
  /** A conveyor that is behind by more than this is done without. */
  patienceMs: number;
  /** More parked streams than this in one projection pause it. */
  maxParkedStreams: number;
};

export const defaultRunnerOptions: RunnerOptions = {
  pageSize: 1000,
  catchUpPageSize: 2000,
  pollMs: 250,
  renewMs: 1000,
  flushMs: 1000,
  lookMs: 250,
  patienceMs: 500,
  maxParkedStreams: 20,
};
