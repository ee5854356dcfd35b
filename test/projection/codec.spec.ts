import fc from 'fast-check';
import pg from 'pg';
import { createTable } from '../../src/core/projection/ddl.js';
import { writerOf } from '../../src/core/projection/writers.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { every, everyRow } from '../kit/every-column.js';

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

it('reads every column back as the fold gave it', async () => {
  const writer = writerOf(every);
  await fc.assert(
    fc.asyncProperty(fc.array(everyRow, { minLength: 1, maxLength: 5 }), async (rows) => {
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
