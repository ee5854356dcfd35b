import type pg from 'pg';
import {
  flushCheckpoints,
  readProgress,
  readSkips,
  readStates,
  type Place,
  type StoredProgress,
} from './checkpoints.js';
import type { Definition } from './definition.js';
import { Member } from './member.js';
import { writerOf } from './writers.js';

/** All projections and reactors of this process, and how their memory is filled from and written to the database. */
export class Members {
  readonly all: Member[];
  private readonly byName: ReadonlyMap<string, Member>;

  constructor(
    private readonly pool: pg.Pool,
    definitions: Definition[],
  ) {
    this.all = definitions.map((definition) => new Member(definition, writerOf(definition)));
    this.byName = new Map(this.all.map((member) => [member.name, member]));
  }

  get names(): string[] {
    return this.all.map((member) => member.name);
  }

  find(projection: string): Member | undefined {
    return this.byName.get(projection);
  }

  /** Every partition that any projection of this process owns, in order. */
  get partitions(): number[] {
    return [...new Set(this.all.flatMap((member) => [...member.partitions.keys()]))].sort((a, b) => a - b);
  }

  /** Projections of a partition that do not follow the tail, may run, and are not waiting for their next try. */
  laggards(partition: number): Member[] {
    return this.all.filter((member) => {
      const progress = member.partitions.get(partition);
      return progress && !progress.live && !member.paused && member.retryAt <= Date.now();
    });
  }

  /** Those with a checkpoint beyond a position. */
  beyond(position: number): Member[] {
    return this.all.filter((member) => [...member.partitions.values()].some(({ stored }) => stored > position));
  }

  /** Who has met the tail follows it from now on. Synchronous: no page of the tail can slip in between. */
  joinTail(partition: number, tail: number): void {
    for (const member of this.laggards(partition)) {
      const progress = member.partitions.get(partition)!;
      if (progress.seen >= tail) progress.live = true;
    }
  }

  /**
   * Forgets what this process owns no longer and reads where the rest stands, for what is new to it.
   * Whatever a failed call left out is made up for by the next one.
   * @returns whether anything changed.
   */
  async own(places: Place[]): Promise<boolean> {
    const owned = new Set(places.map(({ projection, partition }) => `${projection} ${partition}`));
    let changed = false;
    for (const member of this.all) {
      for (const partition of member.partitions.keys()) {
        if (!owned.has(`${member.name} ${partition}`)) changed = member.partitions.delete(partition);
      }
    }
    const gained = places.filter(
      ({ projection, partition }) => this.find(projection)?.partitions.has(partition) === false,
    );
    if (gained.length === 0) return changed;
    for (const stored of await readProgress(this.pool, gained)) this.take(stored);
    return true;
  }

  /** Reads checkpoints and parked streams anew of what these projections own; what is read is not live. */
  async reload(members: Member[], partitions?: number[]): Promise<void> {
    const places = members.flatMap((member) =>
      [...member.partitions.keys()]
        .filter((partition) => !partitions || partitions.includes(partition))
        .map((partition) => ({ projection: member.name, partition })),
    );
    if (places.length === 0) return;
    for (const stored of await readProgress(this.pool, places)) {
      // It may have been given up meanwhile, and then it is not taken back.
      if (this.find(stored.projection)!.partitions.has(stored.partition)) this.take(stored);
    }
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

  /**
   * Stores what projections have seen without having anything to apply, so that a restart does not read it again.
   * @returns how many checkpoints were moved, and whether some were not, for somebody else holds or has changed them.
   */
  async flush(): Promise<{ moved: number; refused: boolean }> {
    const moves = this.all.flatMap((member) =>
      [...member.partitions]
        .filter(([, progress]) => progress.live && progress.seen > progress.stored)
        .map(([partition, progress]) => ({ projection: member.name, partition, progress, to: progress.seen })),
    );
    if (moves.length === 0) return { moved: 0, refused: false };
    const moved = await flushCheckpoints(
      this.pool,
      moves.map(({ progress, ...move }) => ({ ...move, position: progress.stored, generation: progress.generation })),
    );
    const places = new Set(moved.map(({ projection, partition }) => `${projection} ${partition}`));
    for (const { projection, partition, progress, to } of moves) {
      if (places.has(`${projection} ${partition}`)) progress.stored = Math.max(progress.stored, to);
    }
    return { moved: moved.length, refused: moved.length < moves.length };
  }

  private take({ projection, partition, position, generation, parked }: StoredProgress): void {
    const progress = { seen: position, stored: position, generation, parked: new Set(parked), live: false };
    this.find(projection)!.partitions.set(partition, progress);
  }
}
