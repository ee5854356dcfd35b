import fc from 'fast-check';
import pg from 'pg';
import type { Recorded } from '../../src/core/event-store/types.js';
import { byStream } from '../../src/core/projection/batch.js';
import { createTable, tableName } from '../../src/core/projection/ddl.js';
import { writerOf } from '../../src/core/projection/writers.js';
import { bugs, counters, raises, raisesByParity, type CounterEvent } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { interleaved, logOf } from '../kit/interleave.js';

/**
 * Partitions are applied in parallel and in batches of any size. Whatever the interleaving, the read models come out the same: rows belong
 * to one stream each, sums are commutative, and no unique index or foreign key ties streams together.
 */
const projections = [counters, raises, raisesByParity];
let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const projection of projections) for (const statement of createTable(projection)) await client.query(statement);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ stream: fc.integer({ min: 0, max: 5 }), by: fc.integer({ min: -3, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ stream: fc.integer({ min: 0, max: 5 }), by: fc.constant(null) }) },
);

it('comes out the same in every interleaving of partitions and every cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      async (changes, choices) => {
        const log = logOf(changes.map(counted));
        const inOrder = await result(log.map((event) => [event]));
        expect(await result(interleaved(log, choices))).toEqual(inOrder);
      },
    ),
    { numRuns: 60 },
  );
});

function counted({ stream, by }: { stream: number; by: number | null }, index: number) {
  const event: CounterEvent =
    by === null
      ? { type: 'test.counter.closed', data: {} }
      : { type: 'test.counter.raised', data: { by, note: `n${index}` } };
  return { streamId: `counter-${stream}`, event };
}

async function result(batches: Recorded[][]): Promise<unknown[]> {
  const tables = [];
  for (const projection of projections) {
    const table = tableName(projection);
    await client.query(`TRUNCATE ${table}`);
    const writer = writerOf(projection);
    for (const events of batches) {
      const streams = byStream(events);
      const rows = await writer.load(client, streams);
      await writer.write(
        client,
        streams.map((stream) => writer.fold(stream, rows)),
      );
    }
    tables.push((await client.query(`SELECT * FROM ${table} ORDER BY 1, 2`)).rows);
  }
  return tables;
}
