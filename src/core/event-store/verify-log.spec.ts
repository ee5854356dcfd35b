import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { EventStore } from './event-store.js';
import type { NewEvent } from './types.js';
import { verifyLog } from './verify-log.js';

let database: TestDatabase;
let store: EventStore;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await EventStore.open(database.pool);
  const event = (take: string[], release: string[] = []): NewEvent => ({
    type: 'test.named',
    schemaVersion: 1,
    data: {},
    claims: { take, release },
  });
  const metadata = { actor: { kind: 'anonymous' as const }, correlationId: 'x' };
  const write = (streamId: string, events: NewEvent[]) =>
    store.append({ streams: [{ streamId, expected: 'any', events }], metadata, occurredAt: new Date() });
  await write('a', [event(['name:a']), event(['name:b'], ['name:a'])]);
  await write('c', [event(['name:c'])]);
  await write('d', [event(['name:d']), event([], ['name:d'])]);
});

afterAll(() => database.drop());

it('finds nothing wrong in a log that the store wrote', async () => {
  expect(await verifyLog(database.pool)).toEqual({ events: 5, streams: 3, claims: 2, findings: [] });
});

it.each([
  [
    'a claim that the log does not know',
    `INSERT INTO store.claims VALUES ('name:x', 'a')`,
    'name:x: held by a; the log says nobody',
  ],
  ['a claim that is gone', `DELETE FROM store.claims WHERE key = 'name:b'`, 'name:b: held by nobody; the log says a'],
  [
    'a claim of somebody else',
    `UPDATE store.claims SET stream_id = 'a' WHERE key = 'name:c'`,
    'name:c: held by a; the log says c',
  ],
  [
    'a stream that is said to be further',
    `UPDATE store.streams SET version = 9 WHERE stream_id = 'a'`,
    'a: the streams table does not say where it stands',
  ],
])('finds %s', async (_, damage, finding) => {
  // A connection that rolls back, with a pool's face.
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(damage);
    const within = {
      query: (sql: string, values?: unknown[]) =>
        /^(BEGIN|ROLLBACK)/.test(sql) ? undefined : client.query(sql, values),
      release: () => undefined,
    };
    expect((await verifyLog({ connect: async () => within } as never)).findings).toEqual([finding]);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
