import type { DataKeys, OpenedKey } from '../event-store/data-keys.js';
import type { EventCodec } from '../event-store/event-codec.js';
import type { EventStore } from '../event-store/event-store.js';
import type { AppendResult, CommandKey, Event, Recorded, StreamHead } from '../event-store/types.js';
import type { Aggregate } from './aggregate.js';

export type LoadedAggregate<State = any> = {
  head: StreamHead;
  state: State;
  dataKeys: Map<string, OpenedKey>;
  /** The result of the first time, when the command key is known. */
  repeated?: AppendResult;
  eventsSinceSnapshot: number;
};

/** Brings an aggregate's state up from its stream: one statement. */
export class StreamReader {
  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly dataKeys: DataKeys,
  ) {}

  async load<State>(
    aggregate: Aggregate<State>,
    streamId: string,
    commandKey?: CommandKey,
  ): Promise<LoadedAggregate<State>> {
    const options = { subjects: [streamId], stateVersion: stateVersionOf(aggregate, streamId) };
    const loaded = await this.store.load([streamId], commandKey, options);
    const { head, events: stored, snapshot } = loaded.streams.get(streamId)!;
    // The stream's own key came with the load; keys of other subjects in it, which is rare, cost one more statement.
    const known = this.dataKeys.open([...loaded.dataKeys.values()]);
    const dataKeys = await this.codec.keysFor(aggregate.events, stored, known);
    const events = this.codec.decodeWith(aggregate.events, stored, dataKeys);
    return {
      head,
      state: events.reduce(aggregate.evolve, (snapshot?.state as State | undefined) ?? aggregate.initialState),
      dataKeys,
      repeated: loaded.earlier,
      eventsSinceSnapshot: events.length,
    };
  }

  /** The state as it was before the event at a position, for who has to know what that event changed. */
  async stateBefore<State>(aggregate: Aggregate<State>, streamId: string, position: number): Promise<State> {
    const events = await this.read(aggregate, streamId, { upToPosition: position - 1 });
    return events.reduce<State>(aggregate.evolve, aggregate.initialState);
  }

  /** Events of one stream in order, decoded: all, or those behind a version and up to a position. */
  async read<E extends Event<string, any>>(
    aggregate: Aggregate<any, E>,
    streamId: string,
    span: { afterVersion?: number; upToPosition?: number } = {},
  ): Promise<Recorded<E>[]> {
    const stored = await this.store.readStream(streamId, span);
    return (await this.codec.decode(aggregate.events, stored)) as Recorded<E>[];
  }

  /** The first events of streams, decoded: for what is personal and therefore stands in no read model. Two statements. */
  async readFirst<E extends Event<string, any>>(
    aggregate: Aggregate<any, E>,
    streamIds: string[],
  ): Promise<Map<string, Recorded<E>>> {
    const stored = await this.store.readFirst(streamIds);
    const events = (await this.codec.decode(aggregate.events, stored)) as Recorded<E>[];
    return new Map(events.map((event) => [event.streamId, event]));
  }

  /** A snapshot is a cache: it is written when the stream has grown enough, after the append, and its failure harms nobody. */
  afterAppend(aggregate: Aggregate, loaded: LoadedAggregate, written: Event[], version: number): void {
    if (!aggregate.snapshot || loaded.eventsSinceSnapshot + written.length < aggregate.snapshot.everyEvents) return;
    const state = written.reduce(aggregate.evolve, loaded.state);
    this.store
      .saveSnapshot(loaded.head.streamId, aggregate.snapshot.stateVersion, version, state)
      .catch(() => undefined);
  }
}

function stateVersionOf(aggregate: Aggregate, streamId: string): Record<string, number> {
  return aggregate.snapshot ? { [streamId]: aggregate.snapshot.stateVersion } : {};
}
