import { EventEmitter } from 'node:events';
import type { Recorded } from '../event-store/types.js';
import { ensureCheckpoints, pauseProjection } from './checkpoints.js';
import { createTables } from './ddl.js';
import type { Projection } from './definition.js';
import type { Member, Outcome } from './member.js';
import { Members } from './members.js';
import { defaultRunnerOptions, type RunnerOptions, type RunnerPorts } from './ports.js';
import { Wake } from './wake.js';

/**
 * Runs all projections of this process on the partitions that it owns. One watermark and one page read serve all that follow the tail;
 * whatever is behind (new, changed by an operator, failed before) catches up beside them, by pages of its own, and then joins.
 */
export class ProjectionRunner {
  readonly members: Members;
  /** Emits `progress` whenever something was seen or a state changed. */
  readonly events = new EventEmitter().setMaxListeners(0);
  private readonly options: RunnerOptions;
  private readonly wakeUp = new Wake();
  private readonly catchingUp = new Map<number, Promise<void>>();
  private owned: number[] = [];
  /** Every live member has seen, or is just being given, everything up to here in the owned partitions. */
  private tail = 0;
  private running = false;
  private loop: Promise<void> | null = null;
  private reloadWanted = false;
  private readonly refreshWanted: (() => void)[] = [];

  constructor(
    definitions: Projection[],
    private readonly ports: RunnerPorts,
    options: Partial<RunnerOptions> = {},
  ) {
    this.options = { ...defaultRunnerOptions, ...options };
    this.members = new Members(ports.pool, definitions);
  }

  /** Makes missing tables and checkpoints, takes partitions and begins to follow the log. Returns before old events are applied. */
  async start(): Promise<void> {
    await createTables(
      this.ports.pool,
      this.members.all.map(({ definition }) => definition),
    );
    await ensureCheckpoints(this.ports.pool, this.members.names, this.ports.partitions);
    await this.members.loadStates();
    this.tail = await this.ports.safeHead();
    await this.renew();
    this.running = true;
    this.loop = this.run();
  }

  /** Ends after the batches under way and gives the partitions back. */
  async stop(): Promise<void> {
    this.running = false;
    this.wakeUp.ring();
    await this.loop;
    await Promise.all(this.catchingUp.values());
    await this.members.flush().catch(() => false);
    await this.ports.ownership.release().catch(() => undefined);
  }

  /** Something was appended. */
  wake(): void {
    this.wakeUp.ring();
  }

  /** An operator changed a state, a parked stream or a skip: read them again. */
  reload(): void {
    this.reloadWanted = true;
    this.wakeUp.ring();
  }

  /** Shares partitions out and reads operators' changes now, not at the next turn. Resolves when what was true at the call is known. */
  refresh(): Promise<void> {
    return new Promise((resolve) => {
      this.refreshWanted.push(resolve);
      this.wakeUp.ring();
    });
  }

  /** True when every projection that may run has met the tail in all partitions of this process. */
  get caughtUp(): boolean {
    return this.members.all.every(
      (member) => member.paused || [...member.partitions.values()].every(({ live }) => live),
    );
  }

  /** For people who wait: which projections are behind, and how far they are. */
  progressText(): string {
    const behind = this.members.all.flatMap((member) => {
      const open = [...member.partitions.values()].filter(({ live }) => !live && !member.paused);
      if (open.length === 0) return [];
      const seen = Math.min(...open.map((progress) => progress.seen));
      return [`${member.name} at ${seen} of ${this.tail}`];
    });
    return behind.length > 0 ? `catching up: ${behind.join(', ')}` : '';
  }

  get ownedPartitions(): readonly number[] {
    return this.owned;
  }

  get position(): number {
    return this.tail;
  }

  private async run(): Promise<void> {
    let renewAt = Date.now() + this.options.renewMs;
    let flushAt = Date.now() + this.options.flushMs;
    while (this.running) {
      let more = false;
      try {
        const refreshing = this.refreshWanted.splice(0);
        if (refreshing.length > 0 || Date.now() >= renewAt) {
          renewAt = Date.now() + this.options.renewMs;
          await this.renew();
        }
        if (refreshing.length > 0 || this.reloadWanted) await this.reloadAll();
        for (const resolve of refreshing) resolve();
        more = await this.advance();
        this.startCatchUps();
        if (Date.now() >= flushAt) {
          flushAt = Date.now() + this.options.flushMs;
          if (await this.members.flush()) this.ports.onProgress?.();
        }
      } catch (error) {
        this.ports.log.warn({ err: error }, 'projections could not go on; trying again');
        await this.wakeUp.sleep(this.options.pollMs);
      }
      if (this.running && !more) await this.wakeUp.sleep(this.options.pollMs);
    }
  }

  /** Reads the next page of the tail, once, and hands it to every projection that follows it. @returns whether there is more. */
  private async advance(): Promise<boolean> {
    const head = await this.ports.safeHead();
    if (head <= this.tail) return false;
    const limit = this.options.pageSize;
    const partitions = [...this.owned];
    const { events, reached: upTo } =
      partitions.length > 0
        ? await this.ports.readPage({ after: this.tail, upTo: head, partitions, limit })
        : { events: [], reached: head };
    const following = this.members.all
      .map((member) => ({ member, live: partitions.filter((partition) => member.follows(partition)) }))
      .filter(({ live }) => live.length > 0);
    // The tail moves in the same moment in which it is settled who gets this page: whoever joins while the page is applied
    // must have seen the page, too.
    this.tail = upTo;
    await Promise.all(following.map(({ member, live }) => this.apply(member, live, events, upTo)));
    this.announce();
    return upTo < head;
  }

  private async apply(member: Member, partitions: number[], page: Recorded[], upTo: number): Promise<void> {
    const outcome = await member.apply(this.ports.pool, partitions, page, upTo);
    if (outcome.applied > 0) this.ports.onApplied?.(member.name, outcome.applied);
    if (outcome.failure)
      this.ports.log.warn({ projection: member.name, error: outcome.failure }, 'projection will try again');
    if (outcome.moved) await this.members.loadProgress([member], partitions);
    if (outcome.parked.length > 0) await this.tellParked(member, outcome.parked);
  }

  private async tellParked(member: Member, parked: Outcome['parked']): Promise<void> {
    for (const stream of parked) {
      this.ports.log.error({ projection: member.name, ...stream }, 'stream parked: its event cannot be applied');
    }
    if (member.parked.size <= this.options.maxParkedStreams) return;
    member.paused = true;
    member.reason = `more than ${this.options.maxParkedStreams} parked streams`;
    await pauseProjection(this.ports.pool, member.name, member.reason);
    this.ports.log.error({ projection: member.name, reason: member.reason }, 'projection paused');
  }

  /** One catch-up per partition that has projections behind the tail. */
  private startCatchUps(): void {
    for (const partition of this.owned) {
      if (this.catchingUp.has(partition) || this.members.laggards(partition).length === 0) continue;
      const work = this.catchUp(partition)
        .catch((error: unknown) => this.ports.log.warn({ err: error, partition }, 'catch-up will try again'))
        .finally(() => {
          this.catchingUp.delete(partition);
          this.announce();
        });
      this.catchingUp.set(partition, work);
    }
  }

  /** Pages through the store for all laggards of a partition together, from the lowest of them, until they meet the tail. */
  private async catchUp(partition: number): Promise<void> {
    const limit = this.options.catchUpPageSize;
    while (this.running && this.owned.includes(partition)) {
      this.members.joinTail(partition, this.tail);
      const behind = this.members.laggards(partition);
      if (behind.length === 0) return;
      const after = Math.min(...behind.map((member) => member.partitions.get(partition)!.seen));
      const upTo = this.tail;
      const types = [...new Set(behind.flatMap((member) => [...member.types]))];
      const { events, reached } = await this.ports.readPage({ after, upTo, partitions: [partition], types, limit });
      await Promise.all(behind.map((member) => this.apply(member, [partition], events, reached)));
      this.announce();
    }
  }

  private async renew(): Promise<void> {
    const liveness = this.ports.liveness();
    if (!liveness) return;
    const { partitions, liveProcesses } = await this.ports.ownership.renew(liveness);
    this.ports.onLiveProcesses?.(liveProcesses);
    const gained = partitions.filter((partition) => !this.owned.includes(partition));
    const lost = this.owned.filter((partition) => !partitions.includes(partition));
    if (gained.length === 0 && lost.length === 0) return;
    this.members.drop(lost);
    if (gained.length > 0) await this.members.loadProgress(this.members.all, gained);
    this.owned = partitions;
    for (const partition of gained) this.members.joinTail(partition, this.tail);
    this.announce();
  }

  private async reloadAll(): Promise<void> {
    this.reloadWanted = false;
    await this.members.loadStates();
    await this.members.loadProgress(this.members.all, this.owned);
    for (const partition of this.owned) this.members.joinTail(partition, this.tail);
    this.announce();
  }

  private announce(): void {
    this.events.emit('progress');
    this.ports.onProgress?.();
  }
}
