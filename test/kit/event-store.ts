import { EventStore } from '../../src/core/event-store/event-store.js';
import { createPool } from '../../src/core/event-store/pool.js';
import type {
  AppendRequest,
  AppendResult,
  ClaimChange,
  ExpectedVersion,
  JsonObject,
  NewEvent,
  StreamAppend,
} from '../../src/core/event-store/types.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export type TestStore = TestDatabase & {
  store: EventStore;
  /** Appends with made-up metadata. */
  append(streams: StreamAppend | StreamAppend[], more?: Partial<AppendRequest>): Promise<AppendResult>;
};

/** An event store in a database of its own. */
export async function createTestStore(): Promise<TestStore> {
  const database = await createTestDatabase();
  const appendPool = createPool({ url: database.url, max: 10, role: 'append' });
  const store = await EventStore.open(appendPool);
  const drop = async () => {
    await appendPool.end();
    await database.drop();
  };
  const append: TestStore['append'] = (streams, more) => store.append(appendRequest(streams, more));
  return { ...database, store, append, drop };
}

export function appendRequest(
  streams: StreamAppend | StreamAppend[],
  more: Partial<AppendRequest> = {},
): AppendRequest {
  return {
    streams: [streams].flat(),
    metadata: { actor: { kind: 'system', name: 'test' }, correlationId: 'test' },
    occurredAt: new Date('2026-11-25T12:34:56.789Z'),
    ...more,
  };
}

/** `to('a', 'none', event(1), event(2))`: what to append to a stream. */
export function to(streamId: string, expected: ExpectedVersion, ...events: NewEvent[]): StreamAppend {
  return { streamId, expected, events };
}

export function event(data: JsonObject = {}, claims?: ClaimChange): NewEvent {
  return { type: 'test.thing.happened', schemaVersion: 1, data, claims };
}

/** Runs all at the same time; how many succeeded, and why the others did not. */
export async function race<T>(actions: (() => Promise<T>)[]): Promise<{ succeeded: T[]; failed: unknown[] }> {
  const results = await Promise.allSettled(actions.map((action) => action()));
  return {
    succeeded: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failed: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  };
}
