import fc from 'fast-check';
import pg from 'pg';
import type { Recorded } from '../../src/core/event-store/types.js';
import { byStream } from '../../src/core/projection/batch.js';
import { createTable, tableName } from '../../src/core/projection/ddl.js';
import { writerOf } from '../../src/core/projection/writers.js';
import { bugs, counters, raises, raisesByParity, type CounterEvent } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

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
        const log = changes.map(recorded);
        const inOrder = await result(log.map((event) => [event]));
        expect(await result(interleaved(log, choices))).toEqual(inOrder);
      },
    ),
    { numRuns: 60 },
  );
});

const versions = (log: { stream: number }[], index: number) =>
  log.slice(0, index + 1).filter(({ stream }) => stream === log[index]!.stream).length;

function recorded(
  { stream, by }: { stream: number; by: number | null },
  index: number,
  log: { stream: number }[],
): Recorded {
  const event: CounterEvent =
    by === null
      ? { type: 'test.counter.closed', data: {} }
      : { type: 'test.counter.raised', data: { by, note: `n${index}` } };
  return {
    ...event,
    streamId: `counter-${stream}`,
    streamVersion: versions(log, index),
    position: index + 1,
    partition: stream % 3,
    metadata: { actor: { kind: 'anonymous' }, correlationId: 'x' },
    occurredAt: new Date(0),
  } as Recorded;
}

/** Batches of one to four events, each from one partition in its order, the partitions in any order. */
function interleaved(log: Recorded[], choices: Iterator<number>): Recorded[][] {
  const queues = [0, 1, 2].map((partition) => log.filter((event) => event.partition === partition));
  const batches: Recorded[][] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const open = queues.filter((queue) => queue.length > 0);
    const queue = open[choices.next().value! % open.length]!;
    batches.push(queue.splice(0, 1 + (choices.next().value! % 4)));
  }
  return batches;
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
