import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { applyBatch, CheckpointMoved, type ParkedStream } from './batch.js';
import { pauseReasons } from './checkpoints.js';
import { typesOf, type Definition } from './definition.js';
import { describeFailure } from './failure.js';
import type { ProjectionWriter } from './writer.js';

/** Where one projection stands in one partition. All of it was true at one moment; whoever reads it anew replaces the whole. */
export type PartitionProgress = {
  /** Everything up to here is applied or does not concern the projection. */
  seen: number;
  /** The checkpoint in the database; behind `seen` by events that did not concern the projection. */
  stored: number;
  generation: number;
  /** Streams whose events queue until an operator retries them. */
  parked: ReadonlySet<string>;
  /** Follows the tail that all share; otherwise it catches up by pages of its own. */
  live: boolean;
};

/** One partition moves from one position to another: what lies between is in the span's events, or concerns nobody. */
export type Move = { partition: number; after: number; upTo: number };

/** The next events of some partitions. */
export type Span = { events: Recorded[]; moves: Move[] };

/** One projection or reactor in this process: what it has seen in the partitions that it owns, and whether it may run. */
export class Member {
  readonly types: ReadonlySet<string>;
  readonly partitions = new Map<number, PartitionProgress>();
  skips: ReadonlySet<number> = new Set();
  paused = false;
  reason: string | null = null;
  /** Set while the surroundings fail: no further try before this moment (ms since the epoch). */
  retryAt = 0;
  private failures = 0;

  constructor(
    readonly definition: Definition,
    readonly writer: ProjectionWriter,
  ) {
    this.types = new Set(typesOf(definition));
  }

  get name(): string {
    return this.definition.versionedName;
  }

  /** How many streams are parked in the partitions of this process. */
  get parkedStreams(): number {
    return [...this.partitions.values()].reduce((sum, { parked }) => sum + parked.size, 0);
  }

  /** What it has seen is of another log, so no position of this one is behind it. */
  get isRefused(): boolean {
    return this.paused && this.reason === pauseReasons.beyondTheLog;
  }

  /** Whether the pages of the tail are for it. */
  follows(partition: number): boolean {
    return !this.paused && (this.partitions.get(partition)?.live ?? false);
  }

  /**
   * Applies what a span holds and moves its partitions to their ends. A span without a matching event costs no statement.
   * A partition that has not seen everything up to the beginning of its move is not moved, for there would be a gap: it leaves the tail.
   * On failure the partitions leave the tail and are tried again by catch-up; nothing is lost, for the checkpoint did not move.
   */
  async apply(pool: pg.Pool, { events: page, moves }: Span): Promise<Outcome> {
    const moving = this.moving(moves);
    const events = this.pending(page, moving);
    if (events.length === 0) {
      for (const { progress, upTo } of moving.values()) progress.seen = upTo;
      return { applied: 0, parked: [] };
    }
    const advances = [...moving].map(([partition, { progress, upTo }]) => ({
      partition,
      from: progress.stored,
      to: upTo,
      generation: progress.generation,
    }));
    try {
      const parked = await applyBatch(pool, this.name, this.writer, events, advances);
      for (const [partition, { progress, upTo }] of moving) {
        progress.seen = progress.stored = upTo;
        const streams = parked.filter((stream) => stream.partition === partition).map(({ streamId }) => streamId);
        if (streams.length > 0) progress.parked = new Set([...progress.parked, ...streams]);
      }
      this.failures = 0;
      return { applied: events.length, parked };
    } catch (error) {
      for (const { progress } of moving.values()) progress.live = false;
      if (error instanceof CheckpointMoved) return { applied: 0, parked: [], moved: true };
      this.failures++;
      this.retryAt = Date.now() + Math.min(5000, 50 * 2 ** Math.min(this.failures, 7));
      return { applied: 0, parked: [], failure: describeFailure(error) };
    }
  }

  /** Where this projection moves; a partition with a gap before it leaves the tail instead. */
  private moving(moves: Move[]): Moving {
    const moving: Moving = new Map();
    for (const { partition, after, upTo } of moves) {
      const progress = this.partitions.get(partition);
      if (!progress) continue;
      if (progress.seen < after) progress.live = false;
      else if (progress.seen < upTo) moving.set(partition, { progress, upTo });
    }
    return moving;
  }

  /** Events of a page that this projection still has to apply in the moving partitions. */
  private pending(page: Recorded[], moving: Moving): Recorded[] {
    return page.filter((event) => {
      const progress = this.types.has(event.type) && moving.get(event.partition)?.progress;
      return (
        progress &&
        event.position > progress.seen &&
        !progress.parked.has(event.streamId) &&
        !this.skips.has(event.position)
      );
    });
  }
}

/** By partition. */
type Moving = Map<number, { progress: PartitionProgress; upTo: number }>;

export type Outcome = {
  applied: number;
  parked: ParkedStream[];
  /** The checkpoint was moved by somebody else: reload it before going on. */
  moved?: boolean;
  failure?: string;
};
