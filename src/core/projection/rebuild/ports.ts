import type pg from 'pg';
import type { ParkedStream } from '../batch.js';
import type { Projection } from '../definition.js';
import type { Decode } from './log-reader.js';

/** What a build needs from its surroundings. */
export type BuildPorts = {
  /** Two connections per worker and one beside them. */
  pool: pg.Pool;
  /** P of the store. */
  partitions: number;
  /** Highest position below which no event can appear any more. */
  safeHead(): Promise<number>;
  decode: Decode;
};

export type BuildOptions = {
  /** Parts that are loaded at the same time. */
  workers: number;
  /** False folds by handlers where the projection has SQL, too. */
  useSql?: boolean;
  /** More parked streams than this end the build. */
  maxParkedStreams?: number;
  /** How many events a part of the log should have at most. */
  eventsPerPart?: number;
  onProgress?(progress: BuildProgress): void;
  signal?: AbortSignal;
};

/** Events that are read of those that will be. May fall: a part that fails on its data is read once more. */
export type BuildProgress = { phase: 'loading' | 'indexing'; done: number; total: number };

export type BuildReport = {
  /** The standby holds the log up to here. */
  target: number;
  events: number;
  /** Parts of the log that an earlier run had loaded, and all. */
  resumedParts: number;
  parts: number;
  parkedStreams: number;
  by: 'handlers' | 'sql';
  /** Why SQL was not used though the projection has it. */
  sqlFailure: string | null;
};

/** A build as it is kept in store.rebuilds. */
export type Build = {
  definition: Projection;
  /** Everything up to here is built; what comes later is caught up with. */
  target: number;
  parts: number;
  totalEvents: number;
  phase: 'loading' | 'built' | 'cancelled';
  /** Parts that are in the table, with their events. */
  loaded: Map<number, number>;
};

/** What a part brought. */
export type PartResult = { events: number; parked: ParkedStream[] };

/** A build that may not begin or go on, and why, for people. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused';
}
