import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { applyBatch, CheckpointMoved } from './batch.js';
import { typesOf, type Projection } from './definition.js';
import { describeFailure } from './failure.js';
import type { ProjectionWriter } from './writer.js';

/** Where one projection stands in one partition. */
export type PartitionProgress = {
  /** Everything up to here is applied or does not concern the projection. */
  seen: number;
  /** The checkpoint in the database; behind `seen` by events that did not concern the projection. */
  stored: number;
  generation: number;
  /** Follows the tail that all share; otherwise it catches up by pages of its own. */
  live: boolean;
};

/** One projection in this process: what it has seen, which streams are parked, whether it may run. */
export class Member {
  readonly types: ReadonlySet<string>;
  readonly partitions = new Map<number, PartitionProgress>();
  parked: ReadonlySet<string> = new Set();
  skips: ReadonlySet<number> = new Set();
  paused = false;
  reason: string | null = null;
  /** Set while the surroundings fail: no further try before this moment (ms since the epoch). */
  retryAt = 0;
  private failures = 0;

  constructor(
    readonly definition: Projection,
    readonly writer: ProjectionWriter,
  ) {
    this.types = new Set(typesOf(definition));
  }

  get name(): string {
    return this.definition.versionedName;
  }

  /** Whether the pages of the tail are for it. */
  follows(partition: number): boolean {
    return !this.paused && (this.partitions.get(partition)?.live ?? false);
  }

  /**
   * Applies what a page holds for these partitions and moves them to `upTo`. A page without a matching event costs no statement.
   * On failure the partitions leave the tail and are tried again by catch-up; nothing is lost, for the checkpoint did not move.
   */
  async apply(pool: pg.Pool, partitions: number[], page: Recorded[], upTo: number): Promise<Outcome> {
    const moving = [...this.partitions].filter(
      ([partition, { seen }]) => partitions.includes(partition) && seen < upTo,
    );
    const events = this.pending(page, new Set(moving.map(([partition]) => partition)));
    if (events.length === 0) {
      for (const [, progress] of moving) progress.seen = upTo;
      return { applied: 0, parked: [] };
    }
    const advances = moving.map(([partition, { stored, generation }]) => ({
      partition,
      from: stored,
      to: upTo,
      generation,
    }));
    try {
      const parked = await applyBatch(pool, this.name, this.writer, events, advances);
      if (parked.length > 0) this.parked = new Set([...this.parked, ...parked.map((stream) => stream.streamId)]);
      for (const [, progress] of moving) progress.seen = progress.stored = upTo;
      this.failures = 0;
      return { applied: events.length, parked };
    } catch (error) {
      for (const [, progress] of moving) progress.live = false;
      if (error instanceof CheckpointMoved) return { applied: 0, parked: [], moved: true };
      this.failures++;
      this.retryAt = Date.now() + Math.min(5000, 50 * 2 ** Math.min(this.failures, 7));
      return { applied: 0, parked: [], failure: describeFailure(error) };
    }
  }

  /** Events of a page that this projection still has to apply in these partitions. */
  private pending(page: Recorded[], partitions: ReadonlySet<number>): Recorded[] {
    return page.filter(
      (event) =>
        this.types.has(event.type) &&
        partitions.has(event.partition) &&
        event.position > this.partitions.get(event.partition)!.seen &&
        !this.parked.has(event.streamId) &&
        !this.skips.has(event.position),
    );
  }
}

export type Outcome = {
  applied: number;
  parked: { streamId: string; position: number; eventType: string; error: string }[];
  /** The checkpoint was moved by somebody else: reload it before going on. */
  moved?: boolean;
  failure?: string;
};
