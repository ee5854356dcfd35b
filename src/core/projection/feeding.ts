type Delivery = { position: number; at: number };

/** One partition that the conveyor brings to this process. */
type Assigned = {
  /** False while the store is read instead. */
  conveyed: boolean;
  /** Conveyed: the first event that the conveyor has not brought though the log has it. Else: the first that the store brought before it. */
  awaited: Delivery | null;
};

/**
 * Which partitions the conveyor feeds, and which the store. All of it is about speed alone: whatever is decided here, nothing is lost or
 * applied twice, for every event says what comes before it.
 * A partition that is assigned is trusted to the conveyor until that is late; then it is read from the store, as if there were no conveyor,
 * until the conveyor brings in time what the store has brought.
 */
export class Feeding {
  private readonly assigned = new Map<number, Assigned>();
  private isMember = false;

  constructor(
    private readonly patienceMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** What this process is given; null while it has no conveyor that works. */
  get wanted(): number[] | null {
    return this.isMember ? [...this.assigned.keys()] : null;
  }

  assign(partitions: readonly number[] | null): void {
    this.isMember = partitions !== null;
    for (const partition of this.assigned.keys()) if (!partitions?.includes(partition)) this.assigned.delete(partition);
    for (const partition of partitions ?? []) {
      if (!this.assigned.has(partition)) this.assigned.set(partition, { conveyed: true, awaited: null });
    }
  }

  isConveyed(partition: number): boolean {
    return this.assigned.get(partition)?.conveyed ?? false;
  }

  /** The conveyor left something out, or stands still: the store is read from now on. */
  giveUp(partition: number): void {
    const assigned = this.assigned.get(partition);
    if (!assigned?.conveyed) return;
    assigned.conveyed = false;
    assigned.awaited = null;
  }

  /** The store brought an event of a partition. */
  read(partition: number, position: number): void {
    const assigned = this.assigned.get(partition);
    if (assigned && !assigned.conveyed) assigned.awaited ??= { position, at: this.now() };
  }

  /** The conveyor brought an event, whether or not it was new. In time, it is trusted again. */
  brought(partition: number, position: number): void {
    const assigned = this.assigned.get(partition);
    if (!assigned?.awaited || position < assigned.awaited.position) return;
    if (!assigned.conveyed) assigned.conveyed = this.now() - assigned.awaited.at < this.patienceMs;
    assigned.awaited = null;
  }

  /**
   * @param head where the log of a conveyed partition ends
   * @param mark how far the conveyor has come, below that
   * @returns whether the conveyor has had time enough
   */
  isLate(partition: number, head: number, mark: number): boolean {
    const assigned = this.assigned.get(partition);
    if (!assigned?.conveyed) return false;
    if (!assigned.awaited || assigned.awaited.position <= mark) assigned.awaited = { position: head, at: this.now() };
    return this.now() - assigned.awaited.at >= this.patienceMs;
  }
}
