import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import { createPool } from '../../../src/core/event-store/pool.js';
import { projection, readTable } from '../../../src/core/projection/index.js';
import { dropProjection, listParked } from '../../../src/core/projection/operate.js';
import { rebuildProjection, rollBack, type RebuildPorts } from '../../../src/core/projection/rebuild/rebuild.js';
import { verifyProjection } from '../../../src/core/projection/verify.js';
import { counterAggregate, counterEvents, Raise, type CounterEvent } from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { rebuildPorts, tableText } from '../../kit/rebuilds.js';

type TextRow = { id: string; note: string; total: number };

const texts = projection<TextRow, CounterEvent>({
  table: readTable<TextRow>({
    name: 'test_texts',
    version: 1,
    columns: { note: { type: 'text', name: 'note_text' }, total: { type: 'integer' } },
    derived: [{ name: 'derived_words', type: 'tsvector', expression: `to_tsvector('simple', note_text)` }],
    indices: [
      { columns: ['note', 'total'] },
      { name: 'words', using: 'gin', expression: `to_tsvector('simple', note_text)` },
      { name: 'derived', using: 'gin', expression: 'derived_words' },
      { name: 'trigrams', using: 'gin', expression: 'note_text store.gin_trgm_ops' },
      { name: 'largest', expression: 'total DESC, id', where: 'total > 5' },
      // Fails on a row: no total may be 0.
      { name: 'share', expression: '(100 / total)' },
    ],
  }),
  events: counterEvents,
  on: {
    'test.counter.raised': (event, row) => ({
      id: event.streamId,
      note: event.data.note ?? '',
      total: (row?.total ?? 0) + event.data.by,
    }),
  },
});

let database: TestDatabase;
let instance: TestInstance;
let ports: RebuildPorts;

beforeAll(async () => {
  database = await createTestDatabase();
  // As an operator may have set it: nothing is found but what is Postgres's own, or named with its schema.
  const url = `${database.url}?options=-c%20search_path%3Dpg_catalog`;
  const silo = { name: 'test', aggregates: [counterAggregate], projections: [texts] };
  instance = await startInstance(url, [silo], { ring: new KeyRing([generateRingKey()]) });
  ports = rebuildPorts(instance.core, createPool({ url, max: 8, role: 'read' }));
  const execute = instance.executeAs(system);
  for (let n = 1; n <= 9; n++) await execute(new Raise(`counter-${n}`, n, `The quick brown fox number${n}`));
  await execute(new Raise('counter-10', 1, 'Pack my box'));
  await execute(new Raise('counter-10', -1, 'with five dozen')).catch(() => undefined);
});

afterAll(async () => {
  await instance.stop();
  await ports.pool.end();
  await database.drop();
});

const lookups = [
  ['words', `to_tsvector('simple', note_text) @@ to_tsquery('simple', 'number7 & fox')`, ['counter-7']],
  ['derived', `derived_words @@ to_tsquery('simple', 'number7 & fox')`, ['counter-7']],
  ['trigrams', `note_text ILIKE '%UMBER7%'`, ['counter-7']],
  ['trigrams', `note_text OPERATOR(store.%) 'Tha quik brown foxx number3'`, 9],
  ['largest', `total > 5 ORDER BY total DESC, id`, ['counter-9', 'counter-8', 'counter-7', 'counter-6']],
  ['note_text_total', `note_text = 'Pack my box'`, ['counter-10']],
] as const;

/** Finds by every index, in the table that is live now. */
async function expectFound(): Promise<void> {
  const client = await ports.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL enable_seqscan = off');
    for (const [index, condition, expected] of lookups) {
      const text = `SELECT id FROM read.test_texts_v1 WHERE ${condition}`;
      const { rows: plan } = await client.query(`EXPLAIN ${text}`);
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(`test_texts_v1_${index}`);
      const { rows } = await client.query(text);
      if (typeof expected === 'number') expect(rows).toHaveLength(expected);
      else expect(rows.map(({ id }) => id)).toEqual(expected);
    }
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const indexes = async () => {
  const { rows } = await database.pool.query(
    `SELECT schemaname || '.' || indexname AS name FROM pg_indexes WHERE tablename = 'test_texts_v1' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
const names = ['derived', 'largest', 'note_text_total', 'pkey', 'share', 'trigrams', 'words'];
const namesIn = (schema: string) => names.map((name) => `${schema}.test_texts_v1_${name}`);

const verify = async () =>
  (await verifyProjection(`${database.url}?options=-c%20search_path%3Dpg_catalog`, ports.readPartition, texts))
    .differences;

it('finds by expressions, and parks the stream of a row on which one fails', async () => {
  await expectFound();
  expect(await listParked(database.pool)).toMatchObject([{ streamId: 'counter-10', error: 'division by zero' }]);
  expect(await verify()).toEqual([]);
  expect(await indexes()).toEqual(namesIn('read'));
});

it('does so after a rebuild and after a roll-back, by indexes of the same names', async () => {
  const live = await tableText(database, texts);
  expect(await rebuildProjection(ports, texts, { workers: 2 })).toMatchObject({ parkedStreams: 1 });
  expect(await tableText(database, texts)).toEqual(live);
  expect(await indexes()).toEqual([...namesIn('read'), ...namesIn('standby')]);
  await expectFound();
  expect(await verify()).toEqual([]);
  await rollBack(ports, texts);
  await expectFound();
  expect(await verify()).toEqual([]);
});

it('drops the indexes with the table', async () => {
  await instance.projector.stop();
  expect(await dropProjection(database.pool, 'test_texts_v1')).toBe('dropped');
  expect(await indexes()).toEqual([]);
});
