import type { ConveyedEvent } from '../feed/conveyor.js';

type Batch = { partition: number; events: ConveyedEvent[]; taken(): void };

/**
 * What the conveyor has brought and the runner has not taken. The conveyor waits with a partition's next batch until this one is taken, so
 * what lies here is bounded by what it fetches at a time.
 */
export class Inbox {
  private batches: Batch[] = [];

  /** Resolves when the batch was taken. */
  put(partition: number, events: ConveyedEvent[]): Promise<void> {
    return new Promise((taken) => this.batches.push({ partition, events, taken }));
  }

  /** Whole batches, the oldest first, until there are at least `enough` events. */
  take(enough: number): { partition: number; events: ConveyedEvent[] }[] {
    let count = 0;
    let batches = 0;
    while (batches < this.batches.length && count < enough) count += this.batches[batches++]!.events.length;
    const taken = this.batches.splice(0, batches);
    for (const batch of taken) batch.taken();
    return taken;
  }

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }
}
