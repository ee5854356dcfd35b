import type { Consumer } from 'kafkajs';

const COMMIT_MS = 1_000;

/**
 * Tells the group about once a second up to where partitions were taken over, so that whoever gets one next begins about there. A mere
 * hint: how far a projection is stands in the database, and a lost or late one makes events come again or be read from the store.
 */
export class OffsetHints {
  private readonly offsets = new Map<number, string>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.commit(), COMMIT_MS).unref();
  }

  /** @param offset of the next message */
  taken(partition: number, offset: string): void {
    this.offsets.set(partition, offset);
  }

  /** Forgets the partitions that are another's by now, who knows better. */
  keep(partitions: readonly number[]): void {
    for (const partition of this.offsets.keys()) if (!partitions.includes(partition)) this.offsets.delete(partition);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.commit();
  }

  private async commit(): Promise<void> {
    const offsets = [...this.offsets].map(([partition, offset]) => ({ topic: this.topic, partition, offset }));
    this.offsets.clear();
    if (offsets.length === 0) return;
    // The consumer may have ended, or the group be about to change.
    await Promise.resolve()
      .then(() => this.consumer.commitOffsets(offsets))
      .catch(() => undefined);
  }
}
