import type pg from 'pg';
import { flushCheckpoints, readCheckpoints, readParked, readSkips, readStates } from './checkpoints.js';
import type { Projection } from './definition.js';
import { Member } from './member.js';
import { writerOf } from './writer.js';

/** All projections of this process, and how their memory is filled from and written to the database. */
export class Members {
  readonly all: Member[];

  constructor(
    private readonly pool: pg.Pool,
    definitions: Projection[],
  ) {
    this.all = definitions.map((definition) => new Member(definition, writerOf(definition)));
  }

  get names(): string[] {
    return this.all.map((member) => member.name);
  }

  find(projection: string): Member | undefined {
    return this.all.find((member) => member.name === projection);
  }

  /** Projections of a partition that do not follow the tail, may run, and are not waiting for their next try. */
  laggards(partition: number): Member[] {
    return this.all.filter((member) => {
      const progress = member.partitions.get(partition);
      return progress && !progress.live && !member.paused && member.retryAt <= Date.now();
    });
  }

  /** Who has met the tail follows it from now on. Synchronous: no page of the tail can slip in between. */
  joinTail(partition: number, tail: number): void {
    for (const member of this.laggards(partition)) {
      const progress = member.partitions.get(partition)!;
      if (progress.seen >= tail) progress.live = true;
    }
  }

  /** Reads checkpoints and parked streams anew; what they name starts as not live. */
  async loadProgress(members: Member[], partitions: number[]): Promise<void> {
    const names = members.map((member) => member.name);
    const [checkpoints, parked] = await Promise.all([
      readCheckpoints(this.pool, names, partitions),
      readParked(this.pool, names),
    ]);
    for (const { projection, partition, position, generation } of checkpoints) {
      this.find(projection)!.partitions.set(partition, { seen: position, stored: position, generation, live: false });
    }
    for (const member of members) member.parked = parked.get(member.name) ?? new Set();
  }

  /** Reads states and skips anew, as an operator's command may have changed them. */
  async loadStates(): Promise<void> {
    const [states, skips] = await Promise.all([readStates(this.pool, this.names), readSkips(this.pool, this.names)]);
    for (const member of this.all) {
      const state = states.get(member.name);
      member.paused = state?.state === 'paused';
      member.reason = state?.reason ?? null;
      member.skips = skips.get(member.name) ?? new Set();
    }
  }

  drop(partitions: number[]): void {
    for (const member of this.all) for (const partition of partitions) member.partitions.delete(partition);
  }

  /** Stores what projections have seen without having anything to apply, so that a restart does not read it again. */
  async flush(): Promise<boolean> {
    const moves = this.all.flatMap((member) =>
      [...member.partitions]
        .filter(([, progress]) => progress.live && progress.seen > progress.stored)
        .map(([partition, progress]) => ({
          projection: member.name,
          partition,
          position: progress.stored,
          generation: progress.generation,
          to: progress.seen,
        })),
    );
    if (moves.length === 0) return false;
    const moved = await flushCheckpoints(this.pool, moves);
    const target = new Map(moves.map((move) => [`${move.projection} ${move.partition}`, move.to]));
    for (const { projection, partition } of moved) {
      const progress = this.find(projection)?.partitions.get(partition);
      if (progress) progress.stored = target.get(`${projection} ${partition}`)!;
    }
    return true;
  }
}
