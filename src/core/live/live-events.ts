import type { Visibility } from '../command/dispatcher.js';
import type { Silos } from '../command/silo.js';
import type { EventCodec } from '../event-store/event-codec.js';
import type { Recorded, StoredEvent } from '../event-store/types.js';
import type { Broadcast } from '../feed/broadcast.js';
import { refuse } from './live.errors.js';
import { Queue } from './queue.js';

export type LiveEventsPorts = {
  silos: Silos;
  codec: EventCodec;
  broadcast: Broadcast;
  visibility: Visibility;
  /** How many events may wait for one reader. */
  maxWaiting?: number;
};

export type LiveStream = AsyncIterableIterator<Recorded, undefined, undefined>;

/** Events as they happen, for the subscriptions of GraphQL. */
export class LiveEvents {
  private readonly maxWaiting: number;

  constructor(private readonly ports: LiveEventsPorts) {
    this.maxWaiting = ports.maxWaiting ?? 1_000;
  }

  /**
   * Every wanted event that is appended after this resolves, in the order of the log, each after the read models of the silo that read it
   * have seen it: whoever then reads them finds at least what the event says.
   * @param silo whose read models the answers show
   * @param wanted asked for every event of the log, so it must be quick
   * @returns an iterator that must be read to its end or given back with `return`. It throws Refusal SUBSCRIPTION_FELL_BEHIND when too many
   *   events wait for it, COMMITTED_NOT_VISIBLE when a read model does not come to see one.
   */
  async eventsAfterVisible(silo: string, wanted: (event: StoredEvent) => boolean): Promise<LiveStream> {
    const queue = new Queue<StoredEvent>();
    const leave = await this.ports.broadcast.subscribe((events) => {
      for (const event of events) if (wanted(event)) queue.push(event);
      if (queue.length > this.maxWaiting) queue.end(refuse('SUBSCRIPTION_FELL_BEHIND'));
    });
    const end = () => {
      leave();
      queue.end();
    };
    const next = async (): Promise<IteratorResult<Recorded, undefined>> => {
      try {
        const { done, value } = await queue.next();
        return done ? { done, value } : { done: false, value: await this.whenVisible(silo, value) };
      } catch (error) {
        // By the rules of iterators nobody calls `return` after a failure.
        end();
        throw error;
      }
    };
    const stream: LiveStream = {
      next,
      return: async () => {
        end();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => stream,
    };
    return stream;
  }

  private async whenVisible(silo: string, event: StoredEvent): Promise<Recorded> {
    const { silos, codec, visibility } = this.ports;
    const { partition, position, streamId } = event;
    const projections = silos.projectionsFor(silo, [event.type]);
    await visibility.wait(
      projections.map(({ versionedName }) => ({ projection: versionedName, partition, position, streamId })),
    );
    const [recorded] = await codec.decode(silos.eventTypes, [event]);
    return recorded!;
  }
}
