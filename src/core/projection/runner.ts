import { EventEmitter } from 'node:events';
import { ensureCheckpoints, havePassed, pauseIfTooManyParked, pauseReasons } from './checkpoints.js';
import { createTables } from './ddl.js';
import type { Definition } from './definition.js';
import { describeFailure } from './failure.js';
import type { Member, Outcome, Span } from './member.js';
import { Members } from './members.js';
import { notifyControl } from './operate.js';
import { defaultRunnerOptions, type RunnerOptions, type RunnerPorts, type Source } from './ports.js';
import { Share } from './share.js';
import { Tail } from './tail.js';
import { Wake } from '../feed/wake.js';

/**
 * Runs all projections and reactors of this process on the partitions that it owns. What comes next, from the store or from the conveyor, is
 * read once for all that follow the tail; whatever is behind (new, changed by an operator, failed before) catches up beside them, by pages
 * of the store of its own, and then joins.
 */
export class ProjectionRunner {
  readonly members: Members;
  /** Emits `progress` whenever something was seen or a state changed. */
  readonly events = new EventEmitter().setMaxListeners(0);
  private readonly options: RunnerOptions;
  private readonly wakeUp = new Wake();
  private readonly catchingUp = new Map<number, Promise<void>>();
  private readonly tail: Tail;
  private readonly share: Share;
  /** Where the log ended at the start: older events are applied before this process is ready. */
  private startHead = 0;
  private built = false;
  private running = false;
  private loop: Promise<void> | null = null;
  private reloadWanted = false;
  private renewWanted = false;
  private readonly refreshWanted: (() => void)[] = [];

  constructor(
    definitions: Definition[],
    private readonly ports: RunnerPorts,
    options: Partial<RunnerOptions> = {},
  ) {
    this.options = { ...defaultRunnerOptions, ...options };
    this.members = new Members(ports.pool, definitions);
    this.tail = new Tail(ports, this.options, (what) => {
      if (what === 'wanted') this.renewWanted = true;
      if (what === 'all') this.reloadWanted = true;
      this.wakeUp.ring();
    });
    this.share = new Share(ports, this.members, this.tail);
  }

  /** Makes missing tables and checkpoints, takes partitions and begins to follow the log. Returns before old events are applied. */
  async start(): Promise<void> {
    await createTables(
      this.ports.pool,
      this.members.all.map(({ definition }) => definition),
    );
    this.startHead = await this.tail.start();
    const beginnings = this.members.all.map(({ name, definition }) => ({
      projection: name,
      // What happened before a reactor was there is not its business, unless it says so.
      position: definition.kind === 'reactor' && definition.from === 'now' ? this.startHead : 0,
    }));
    await ensureCheckpoints(this.ports.pool, beginnings, this.ports.partitions);
    await this.members.loadStates();
    await this.renew();
    this.tail.listen();
    this.running = true;
    this.loop = this.run();
  }

  /** Ends after the batches under way and gives the partitions back. */
  async stop(): Promise<void> {
    this.running = false;
    this.wakeUp.ring();
    await this.loop;
    await this.tail.stop();
    for (const resolve of this.refreshWanted.splice(0)) resolve();
    await Promise.all(this.catchingUp.values());
    await this.members.flush().catch(() => undefined);
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
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => {
      this.refreshWanted.push(resolve);
      this.wakeUp.ring();
    });
  }

  /**
   * True when every read model that may run has met the tail in all partitions of this process, and when what was in the log at the
   * start is applied in the partitions of other processes, too: until then a new version of a table would be read half empty.
   */
  get caughtUp(): boolean {
    return this.built && this.readModels.every((member) => [...member.partitions.values()].every(({ live }) => live));
  }

  /** Why the log cannot be followed just now; null while it can. */
  trouble: string | null = null;

  /** For people who wait: which projections are behind, and how far they are. */
  progressText(): string {
    const behind = this.readModels.flatMap((member) => {
      const open = [...member.partitions.values()].filter(({ live }) => !live);
      if (open.length === 0) return [];
      const seen = Math.min(...open.map((progress) => progress.seen));
      return [`${member.name} at ${seen} of ${this.tail.position}`];
    });
    if (behind.length > 0) return `catching up: ${behind.join(', ')}`;
    return this.built ? '' : 'other processes are catching up';
  }

  get ownedPartitions(): readonly number[] {
    return this.members.partitions;
  }

  get position(): number {
    return this.tail.position;
  }

  /** Why Kafka is not listened to, for people; null while it is, or where there is none. */
  get refusal(): string | null {
    return this.tail.refusal;
  }

  /** Those that may run. Nobody reads what a reactor makes, so nobody waits for one that is behind. */
  private get readModels(): Member[] {
    return this.members.all.filter(({ paused, definition }) => !paused && definition.kind !== 'reactor');
  }

  private async run(): Promise<void> {
    let renewAt = Date.now() + this.options.renewMs;
    let flushAt = Date.now() + this.options.flushMs;
    while (this.running) {
      let more = false;
      const refreshing = this.refreshWanted.splice(0);
      try {
        if (refreshing.length > 0 || this.renewWanted || Date.now() >= renewAt) {
          this.renewWanted = false;
          renewAt = Date.now() + this.options.renewMs;
          await this.renew();
        }
        if (refreshing.length > 0 || this.reloadWanted) await this.reloadAll();
        for (const resolve of refreshing.splice(0)) resolve();
        more = await this.advance();
        this.startCatchUps();
        if (!this.built) await this.lookWhetherBuilt();
        if (Date.now() >= flushAt) {
          flushAt = Date.now() + this.options.flushMs;
          await this.flush();
        }
        this.trouble = null;
      } catch (error) {
        this.trouble ??= describeFailure(error);
        this.ports.log.warn({ err: error }, 'projections could not go on; trying again');
        this.refreshWanted.unshift(...refreshing);
        await this.wakeUp.sleep(this.options.pollMs);
      }
      if (this.running && !more) await this.wakeUp.sleep(this.options.pollMs);
    }
  }

  /** Takes the next step of the tail, once, and hands it to every projection that follows it. @returns whether there is more. */
  private async advance(): Promise<boolean> {
    // At every turn: a renewal that failed half-way may have left it behind what is owned.
    this.tail.own(this.members.partitions);
    const step = await this.tail.next();
    if (!step) return false;
    const { events, moves } = step.span;
    const following = this.members.all
      .map((member) => ({ member, live: moves.filter(({ partition }) => member.follows(partition)) }))
      .filter(({ live }) => live.length > 0);
    // The tail moves in the same moment in which it is settled who gets this span: whoever joins while it is applied must have
    // seen it, too.
    this.tail.advance(moves);
    await Promise.all(following.map(({ member, live }) => this.apply(member, { events, moves: live }, step.source)));
    this.announce();
    return step.more;
  }

  /** Never rejects, so that one projection's trouble does not let the next page begin while others still apply this one. */
  private async apply(member: Member, span: Span, source: Source): Promise<void> {
    const partitions = span.moves.map(({ partition }) => partition);
    try {
      const outcome = await member.apply(this.ports.pool, span);
      if (outcome.applied > 0) this.ports.onApplied?.(member.name, outcome.applied, source);
      if (outcome.failure)
        this.ports.log.warn({ projection: member.name, error: outcome.failure }, 'projection will try again');
      if (outcome.moved) await this.members.reload([member], partitions);
      if (outcome.parked.length > 0) await this.tellParked(member, outcome.parked);
    } catch (error) {
      this.ports.log.warn({ err: error, projection: member.name }, 'projection will look again where it stands');
      this.reloadWanted = true;
    }
  }

  private async tellParked(member: Member, parked: Outcome['parked']): Promise<void> {
    for (const stream of parked) {
      this.ports.log.error({ projection: member.name, ...stream }, 'stream parked: its event cannot be applied');
    }
    const reason = pauseReasons.tooManyParked(this.options.maxParkedStreams);
    if (!(await pauseIfTooManyParked(this.ports.pool, member.name, this.options.maxParkedStreams, reason))) return;
    member.paused = true;
    member.reason = reason;
    this.ports.log.error({ projection: member.name, reason }, 'projection paused');
    await notifyControl(this.ports.pool);
  }

  /** One catch-up per partition that has projections behind the tail. */
  private startCatchUps(): void {
    for (const partition of this.members.partitions) {
      if (this.catchingUp.has(partition) || this.members.laggards(partition).length === 0) continue;
      const work = this.catchUp(partition)
        // Whether all is built is looked at by the loop, which would sleep on.
        .then(() => this.wakeUp.ring())
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
    while (this.running) {
      // Somebody else's by now.
      if (!this.tail.owns(partition)) return;
      const upTo = this.tail.of(partition);
      this.members.joinTail(partition, upTo);
      const behind = this.members.laggards(partition);
      if (behind.length === 0) return;
      const after = Math.min(...behind.map((member) => member.partitions.get(partition)!.seen));
      const types = [...new Set(behind.flatMap((member) => [...member.types]))];
      const { events, reached } = await this.ports.readPage({ after, upTo, partitions: [partition], types, limit });
      const moves = [{ partition, after, upTo: reached }];
      await Promise.all(behind.map((member) => this.apply(member, { events, moves }, 'store')));
      this.announce();
    }
  }

  private async renew(): Promise<void> {
    if (await this.orReload(this.share.renew())) this.announce();
  }

  private async reloadAll(): Promise<void> {
    this.reloadWanted = false;
    await this.orReload(this.share.reload());
    this.announce();
  }

  /** What failed half-way is made good by reading all anew. */
  private orReload<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      this.reloadWanted = true;
      throw error;
    });
  }

  private async flush(): Promise<void> {
    const { moved, refused } = await this.members.flush();
    if (moved > 0) this.ports.onProgress?.();
    // Whoever moved a checkpoint, or raised its generation, knows more than this process remembers.
    if (refused) this.reload();
  }

  private async lookWhetherBuilt(): Promise<void> {
    const places = this.readModels.flatMap((member) =>
      Array.from({ length: this.ports.partitions }, (_, partition) => ({
        projection: member.name,
        partition,
        progress: member.partitions.get(partition),
      })),
    );
    if (places.some(({ progress }) => progress && !progress.live)) return;
    const elsewhere = places.filter(({ progress }) => !progress);
    this.built = elsewhere.length === 0 || (await havePassed(this.ports.pool, elsewhere, this.startHead));
  }

  private announce(): void {
    this.events.emit('progress');
    this.ports.onProgress?.();
  }
}
