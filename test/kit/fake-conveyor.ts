import type pg from 'pg';
import type { ConveyedEvent, Conveyor, ConveyorHandlers } from '../../src/core/feed/conveyor.js';
import { readPage } from '../../src/core/feed/store-feed.js';

/** A conveyor in the hands of the test: what is not delivered is lost, late or still on its way. */
export class FakeConveyor implements Conveyor {
  isStopped = false;
  private handlers: ConveyorHandlers | undefined;

  start(handlers: ConveyorHandlers): void {
    this.handlers = handlers;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
  }

  assign(partitions: number[] | null): void {
    this.handlers!.onAssigned(partitions);
  }

  /** Resolves when all are taken over. Each partition gets its events in the order in which they are given. */
  async deliver(events: ConveyedEvent[]): Promise<void> {
    const partitions = [...new Set(events.map(({ partition }) => partition))];
    await Promise.all(
      partitions.map((partition) =>
        this.handlers!.onEvents(
          partition,
          events.filter((event) => event.partition === partition),
        ),
      ),
    );
  }
}

/** The whole log as a conveyor would bring it. */
export async function conveyedEvents(pool: pg.Pool): Promise<ConveyedEvent[]> {
  const log = await readPage(pool, { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 100_000 });
  const last = new Map<number, number>();
  return log.map((event) => {
    const predecessor = last.get(event.partition) ?? 0;
    last.set(event.partition, event.position);
    return { ...event, predecessor };
  });
}
