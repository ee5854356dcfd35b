import fc from 'fast-check';
import pg from 'pg';
import { projection, readTable } from '../../src/core/projection/index.js';
import { createTable } from '../../src/core/projection/ddl.js';
import { writerOf } from '../../src/core/projection/writers.js';
import { counterEvents, type CounterEvent } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

type EveryRow = {
  id: string;
  text: string | null;
  integer: number | null;
  bigint: number | null;
  double: number | null;
  flag: boolean | null;
  moment: Date | null;
  json: unknown;
  bytes: Buffer | null;
};

const every = projection<EveryRow, CounterEvent>({
  table: readTable<EveryRow>({
    name: 'test_every_column',
    version: 1,
    columns: {
      text: { type: 'text', nullable: true },
      integer: { type: 'integer', nullable: true },
      bigint: { type: 'bigint', nullable: true, name: 'big' },
      double: { type: 'double precision', nullable: true },
      flag: { type: 'boolean', nullable: true },
      moment: { type: 'timestamptz', nullable: true },
      json: { type: 'jsonb', nullable: true },
      bytes: { type: 'bytea', nullable: true },
    },
  }),
  events: counterEvents,
  on: {},
});

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of createTable(every)) await client.query(statement);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value));
const row = fc.record({
  text: fc.option(text),
  integer: fc.option(fc.integer()),
  bigint: fc.option(fc.maxSafeInteger()),
  double: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
  flag: fc.option(fc.boolean()),
  moment: fc.option(fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })),
  json: fc.option(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
  ),
  bytes: fc.option(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
});

it('reads every column back as the fold gave it', async () => {
  const writer = writerOf(every);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
      await client.query('TRUNCATE read.test_every_column_v1');
      const given = rows.map((values, index) => ({ id: `row-${index}`, ...values }));
      await writer.write(client, [
        {
          streamId: 'x',
          deletes: [],
          deltas: [],
          jobs: [],
          upserts: given.map((values) => ({ row: values, position: 1 })),
        },
      ]);
      const events = given.map(({ id }) => ({ streamId: id, events: [{ streamId: id }] }));
      const found = await writer.load(client, events as never);
      expect(given.map(({ id }) => found.get(id))).toEqual(given);
    }),
    { numRuns: 100 },
  );
});
