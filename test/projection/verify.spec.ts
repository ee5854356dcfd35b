import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { sums } from '../../src/core/projection/index.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import {
  bugs,
  counters,
  counterEvents,
  Raise,
  raises,
  raisesByParity,
  testing,
  type CounterEvent,
} from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

const byNote = sums<CounterEvent>({
  name: 'test_by_note',
  version: 1,
  counters: ['n'],
  events: counterEvents,
  on: { 'test.counter.raised': (event) => [{ group: event.data.note ?? '', add: { n: 1 } }] },
});

let database: TestDatabase;
let instance: TestInstance;

beforeAll(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  const silo = { ...testing, projections: [...testing.projections, byNote] };
  instance = await startInstance(database.url, [silo], { ring: new KeyRing([generateRingKey()]) });
  const execute = instance.executeAs(system);
  // Characters whose order by bytes is not their order in UTF-16, and an empty group.
  const notes = ['\u{1F600}', '\uFFFD', '\uE000', 'a', 'Z', 'é', ''];
  await Promise.all(notes.map((note, n) => execute(new Raise(`counter-${n}`, n + 1, note))));
});

afterAll(async () => {
  await instance.stop();
  await database.drop();
});

const verify = async (definition: (typeof testing.projections)[number]) =>
  (await verifyProjection(database.url, instance.core.readPartition, definition)).differences;

it('finds nothing where nothing differs, whatever characters ids have', async () => {
  for (const definition of [counters, raises, raisesByParity, byNote]) expect(await verify(definition)).toEqual([]);
});

it.each([
  [
    'a column',
    counters,
    `UPDATE read.test_counters_v1 SET note = NULL WHERE id = 'counter-1'`,
    [{ id: 'counter-1', kind: 'differs' }],
  ],
  [
    'the position',
    counters,
    `UPDATE read.test_counters_v1 SET position = position + 1 WHERE id = 'counter-1'`,
    [{ id: 'counter-1', kind: 'differs' }],
  ],
  [
    'the stream of a row',
    raises,
    `UPDATE read.test_raises_v1 SET stream_id = 'x' WHERE id = 'counter-1/1'`,
    [{ id: 'counter-1/1', kind: 'differs' }],
  ],
  [
    'a row with an empty id',
    counters,
    `INSERT INTO read.test_counters_v1 VALUES ('', 1, NULL, 1, 1)`,
    [{ id: '', kind: 'extra' }],
  ],
  [
    'a sum',
    byNote,
    `UPDATE read.test_by_note_v1 SET n = n + 1 WHERE group_key = 'a'`,
    [{ id: expect.stringMatching(/^a\//), kind: 'differs' }],
  ],
  [
    'a sum in another partition',
    byNote,
    `UPDATE read.test_by_note_v1 SET partition = 99 WHERE group_key = 'a'`,
    [
      { id: expect.stringMatching(/^a\/\d$/), kind: 'missing' },
      { id: 'a/99', kind: 'extra' },
    ],
  ],
  [
    'everything, when the checkpoint says that nothing was applied',
    raises,
    `UPDATE store.checkpoints SET position = 0 WHERE projection = 'test_raises_v1'`,
    Array.from({ length: 7 }, () => ({ id: expect.any(String), kind: 'extra' })),
  ],
])('finds %s', async (_, definition, damage, expected) => {
  const client = await database.pool.connect();
  const before = await instance.core.watermark.safeHead();
  try {
    // What the test damages it restores from a copy.
    await client.query(`CREATE TABLE kept AS TABLE read."${definition.versionedName}"`);
    await client.query('CREATE TABLE kept_checkpoints AS TABLE store.checkpoints');
    await client.query(damage);
    expect(await verify(definition)).toEqual(expected);
  } finally {
    await client.query(`TRUNCATE read."${definition.versionedName}"`);
    await client.query(`INSERT INTO read."${definition.versionedName}" TABLE kept`);
    await client.query(
      'UPDATE store.checkpoints c SET position = k.position FROM kept_checkpoints k WHERE (k.projection, k.partition) = (c.projection, c.partition)',
    );
    await client.query('DROP TABLE kept, kept_checkpoints');
    client.release();
  }
  expect(await instance.core.watermark.safeHead()).toBe(before);
});
