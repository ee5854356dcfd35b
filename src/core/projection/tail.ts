import type { ConveyedEvent, Conveyor } from '../feed/conveyor.js';
import { Feeding } from './feeding.js';
import { Inbox } from './inbox.js';
import type { Move, Span } from './member.js';
import type { RunnerOptions, RunnerPorts, Source } from './ports.js';

/** The next part of the log. `more`: there is more already. */
export type Step = { span: Span; source: Source; more: boolean };

/**
 * Where the log is followed from: the store, or the conveyor for the partitions that it feeds. It keeps one mark per owned partition, up to
 * which every live member has seen, or is just being given, everything. Only `advance` moves a mark; its caller settles in the same
 * synchronous step who gets the span.
 */
export class Tail {
  private readonly marks = new Map<number, number>();
  private readonly feeding: Feeding;
  private readonly inbox = new Inbox();
  private conveyor: Conveyor | undefined;
  /** The highest safe head that is known. */
  private head = 0;
  private lookAt = 0;
  private storeIsNext = false;
  /** Nothing that the conveyor brings is taken any more. */
  private closed = false;
  /** Why the conveyor is not listened to; null while it may be. */
  refusal: string | null = null;

  /** @param changed called when there may be a next step, when other partitions are wanted, or when all must be read anew */
  constructor(
    private readonly ports: RunnerPorts,
    private readonly options: RunnerOptions,
    private readonly changed: (what: 'events' | 'wanted' | 'all') => void,
  ) {
    this.feeding = new Feeding(options.patienceMs);
  }

  /** @returns where the log ends. */
  async start(): Promise<number> {
    return (this.head = await this.ports.safeHead());
  }

  /** Listens to the conveyor from now on. */
  listen(): void {
    this.conveyor = this.ports.conveyor;
    this.conveyor?.start({
      onAssigned: (partitions) => {
        if (this.closed) return;
        this.feeding.assign(partitions);
        this.changed('wanted');
      },
      onEvents: (partition, events) => {
        if (this.closed || !this.marks.has(partition)) return Promise.resolve();
        const taken = this.inbox.put(partition, events);
        this.changed('events');
        return taken;
      },
    });
  }

  async stop(): Promise<void> {
    this.closed = true;
    this.inbox.take(Infinity);
    await this.conveyor?.stop();
  }

  get wanted(): number[] | null {
    return this.feeding.wanted;
  }

  owns(partition: number): boolean {
    return this.marks.has(partition);
  }

  /** The mark of a partition that this process owns. */
  of(partition: number): number {
    return this.marks.get(partition)!;
  }

  /** The lowest mark. */
  get position(): number {
    return this.marks.size > 0 ? Math.min(...this.marks.values()) : this.head;
  }

  /** These partitions are owned. Nobody follows a new one yet, so its mark may be anywhere below the safe head. */
  own(partitions: number[]): void {
    for (const partition of this.marks.keys()) if (!partitions.includes(partition)) this.marks.delete(partition);
    for (const partition of partitions) if (!this.marks.has(partition)) this.marks.set(partition, this.head);
  }

  /**
   * What comes next by one of the ways; null when nothing does. Conveyor and store take turns, so that a partition that one of them brings
   * without a pause does not keep the others waiting.
   */
  async next(): Promise<Step | null> {
    this.storeIsNext = !this.storeIsNext;
    const looked = await this.looked();
    if (looked) return looked;
    if (this.storeIsNext) return (await this.stored()) ?? (await this.conveyed());
    return (await this.conveyed()) ?? (await this.stored());
  }

  advance(moves: Move[]): void {
    for (const { partition, upTo } of moves) if (this.marks.has(partition)) this.marks.set(partition, upTo);
  }

  /** One page for all partitions that are not conveyed. */
  private async stored(): Promise<Step | null> {
    const partitions = [...this.marks.keys()].filter((partition) => !this.feeding.isConveyed(partition));
    if (partitions.length === 0) return null;
    await this.askHead();
    const after = Math.min(...partitions.map((partition) => this.of(partition)));
    if (after >= this.head) return null;
    const request = { after, upTo: this.head, partitions, limit: this.options.pageSize };
    const { events: page, reached } = await this.ports.readPage(request);
    const moves = partitions
      .map((partition) => ({ partition, after: this.of(partition), upTo: reached }))
      .filter((move) => move.after < reached);
    const events = page.filter(({ partition, position }) => position > this.of(partition));
    for (const { partition, position } of events) this.feeding.read(partition, position);
    return { span: { events, moves }, source: 'store', more: reached < this.head || !this.inbox.isEmpty };
  }

  /** What the conveyor has brought, as far as nothing is missing before it; a step without moves when all of it is known. */
  private async conveyed(): Promise<Step | null> {
    const batches = this.inbox.take(this.options.pageSize).filter(({ partition }) => this.marks.has(partition));
    if (batches.length === 0) return null;
    if (await this.isOtherFuture(batches)) return null;
    const reached = new Map<number, number>();
    const fresh: ConveyedEvent[] = [];
    for (const { partition, events } of batches) {
      const from = reached.get(partition) ?? this.of(partition);
      const next = this.contiguous(partition, events, from);
      fresh.push(...next);
      if (next.length > 0) reached.set(partition, next.at(-1)!.position);
    }
    const moves = [...reached].map(([partition, upTo]) => ({ partition, after: this.of(partition), upTo }));
    return { span: { events: await this.ports.decode(fresh), moves }, source: 'kafka', more: true };
  }

  /** The events behind a position, up to the first before which one is missing. From there on the store is read. */
  private contiguous(partition: number, events: ConveyedEvent[], from: number): ConveyedEvent[] {
    const fresh: ConveyedEvent[] = [];
    let reached = from;
    for (const event of events) {
      this.feeding.brought(partition, event.position);
      if (event.position <= reached) continue;
      if (event.predecessor > reached) {
        this.feeding.giveUp(partition);
        break;
      }
      fresh.push(event);
      reached = event.position;
    }
    return fresh;
  }

  /**
   * Whether some position was never drawn in this log: then the conveyor carries events of another future, as after a backup was restored, and
   * nothing that it brings is believed any more. Looked at before holes are: what lies behind one shows it, too.
   */
  private async isOtherFuture(batches: { events: ConveyedEvent[] }[]): Promise<boolean> {
    const position = Math.max(...batches.map(({ events }) => events.at(-1)?.position ?? 0));
    if (position <= this.head || position <= (await this.ports.lastPosition())) return false;
    this.refusal =
      'Kafka holds events that this log never had, as after restoring a backup: stop all processes and run `waybill events fence`';
    this.ports.log.error({ position }, this.refusal);
    this.feeding.assign(null);
    // Not waited for: it may take seconds, and the store has to be read meanwhile.
    this.stop().catch((error: unknown) => this.ports.log.warn({ err: error }, 'the conveyor could not end in order'));
    return true;
  }

  /**
   * Asks where the log ends. It ends before what was read already only when the database has gone back: a backup was restored, or it crashed
   * before the draws of an append that failed were on disk. Then nothing that this process remembers holds.
   * @throws Error in that case, after telling so
   */
  private async askHead(): Promise<void> {
    const known = Math.max(this.head, ...this.marks.values());
    this.head = await this.ports.safeHead();
    // A mark that the conveyor brought may be ahead of this process's safe head, but never of the last position.
    if (this.head >= known || (await this.ports.lastPosition()) >= known) return;
    this.marks.clear();
    this.changed('all');
    throw new Error(`The log ends at ${this.head}, before ${known}, which was read already: reading checkpoints anew.`);
  }

  /**
   * From time to time: a conveyor that has lost the last events of a partition, or stands still, shows no successor that would tell. Where the log has
   * ended meanwhile, the mark moves to the head without an event.
   */
  private async looked(): Promise<Step | null> {
    const partitions = [...this.marks.keys()].filter((partition) => this.feeding.isConveyed(partition));
    if (partitions.length === 0 || Date.now() < this.lookAt) return null;
    this.lookAt = Date.now() + this.options.lookMs;
    await this.askHead();
    const upTo = this.head;
    const behind = partitions.filter((partition) => this.of(partition) < upTo);
    if (behind.length === 0) return null;
    const heads = await this.ports.readHeads(behind, upTo);
    const moves: Move[] = [];
    for (const partition of behind) {
      const after = this.of(partition);
      const head = heads.get(partition) ?? 0;
      if (head <= after) moves.push({ partition, after, upTo });
      else if (this.feeding.isLate(partition, head, after)) this.feeding.giveUp(partition);
    }
    return moves.length > 0 ? { span: { events: [], moves }, source: 'store', more: true } : null;
  }
}
