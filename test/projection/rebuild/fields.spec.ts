import fc from 'fast-check';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { createTable } from '../../../src/core/projection/ddl.js';
import { fromCopyField } from '../../../src/core/projection/rebuild/copy-text.js';
import { lineOf } from '../../../src/core/projection/rebuild/load-part.js';
import { writerOf } from '../../../src/core/projection/writers.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { every, everyRow } from '../../kit/every-column.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  for (const statement of createTable(every)) await database.pool.query(statement);
});

afterAll(() => database.drop());

it('writes every column as the runner does', async () => {
  const writer = writerOf(every);
  const client = await database.pool.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(everyRow, { minLength: 1, maxLength: 5 }), async (rows) => {
      await client.query('TRUNCATE read.test_every_column_v1');
      const given = rows.map((values, index) => ({ id: `row-${index}`, ...values }));
      const lines = given.map((row) => lineOf(every)({ streamId: 'x', row, position: 1 }));
      await pipeline(
        [Buffer.from(lines.join(''))],
        client.query(copyFrom('COPY read.test_every_column_v1 FROM STDIN')),
      );
      const events = given.map(({ id }) => ({ streamId: id, events: [{ streamId: id }] }));
      const found = await writer.load(client, events as never);
      expect(given.map(({ id }) => found.get(id))).toEqual(given);
    }),
    { numRuns: 100 },
  );
  client.release();
});

it('reads every text as Postgres writes it', async () => {
  const client = await database.pool.connect();
  const texts = ['\\', '\\N', '\\\\n', 'a\tb', 'a\nb', 'a\rb', '\b\f\v', '\\x41', '\uFEFF', '', 'é\u{1F600}'];
  await client.query('CREATE TEMP TABLE texts (n int, text text)');
  await client.query('INSERT INTO texts SELECT n, t FROM unnest($1::text[]) WITH ORDINALITY AS x(t, n)', [texts]);
  let read = '';
  await pipeline(client.query(copyTo('COPY (SELECT text FROM texts ORDER BY n) TO STDOUT')), async (source) => {
    for await (const bytes of source) read += (bytes as Buffer).toString();
  });
  expect(read.split('\n').slice(0, -1).map(fromCopyField)).toEqual(texts);
  client.release();
});
