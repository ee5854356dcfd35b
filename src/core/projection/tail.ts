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
  /** Nothing that the conveyor brings is taken any more. */
  private closed = false;
  /** Why the conveyor is not listened to; null while it may be. */
  refusal: string | null = null;

  /** @param changed called when there may be a next step, or when other partitions are wanted */
  constructor(
    private readonly ports: RunnerPorts,
    private readonly options: RunnerOptions,
    private readonly changed: (what: 'events' | 'wanted') => void,
  ) {
    this.feeding = new Feeding(options.patienceMs);
  }

  async start(): Promise<number> {
    this.head = await this.ports.safeHead();
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
    return this.head;
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

  /** What comes next by one of the ways; null when nothing does. */
  async next(): Promise<Step | null> {
    return (await this.conveyed()) ?? (await this.looked()) ?? (await this.stored());
  }

  advance(moves: Move[]): void {
    for (const { partition, upTo } of moves) if (this.marks.has(partition)) this.marks.set(partition, upTo);
  }

  /** One page for all partitions that are not conveyed. */
  private async stored(): Promise<Step | null> {
    const partitions = [...this.marks.keys()].filter((partition) => !this.feeding.isConveyed(partition));
    if (partitions.length === 0) return null;
    this.head = await this.ports.safeHead();
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

  /** What the conveyor has brought, as far as nothing is missing before it. */
  private async conveyed(): Promise<Step | null> {
    while (!this.inbox.isEmpty) {
      const step = await this.takeConveyed();
      if (step) return step;
    }
    return null;
  }

  private async takeConveyed(): Promise<Step | null> {
    const reached = new Map<number, number>();
    const fresh: ConveyedEvent[] = [];
    for (const { partition, events } of this.inbox.take(this.options.pageSize)) {
      if (!this.marks.has(partition)) continue;
      const from = reached.get(partition) ?? this.of(partition);
      const next = this.contiguous(partition, events, from);
      fresh.push(...next);
      if (next.length > 0) reached.set(partition, next.at(-1)!.position);
    }
    if (fresh.length === 0 || (await this.isUnknown(Math.max(...reached.values())))) return null;
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
   * Whether a position was never drawn in this log: then the conveyor carries events of another future, as after a backup was restored, and
   * nothing that it brings is believed any more.
   */
  private async isUnknown(position: number): Promise<boolean> {
    if (position <= this.head || position <= (await this.ports.lastPosition())) return false;
    this.refusal =
      'Kafka holds events that this log never had, as after restoring a backup: stop all processes and run `waybill events fence`';
    this.ports.log.error({ position }, this.refusal);
    this.feeding.assign(null);
    await this.stop();
    return true;
  }

  /**
   * From time to time: a conveyor that has lost the last events of a partition, or stands still, shows no successor that would tell. Where the log has
   * ended meanwhile, the mark moves to the head without an event.
   */
  private async looked(): Promise<Step | null> {
    const partitions = [...this.marks.keys()].filter((partition) => this.feeding.isConveyed(partition));
    if (partitions.length === 0 || Date.now() < this.lookAt) return null;
    this.lookAt = Date.now() + this.options.lookMs;
    const upTo = await this.ports.safeHead();
    this.head = upTo;
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
