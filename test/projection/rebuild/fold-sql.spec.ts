import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import { eventTypes } from '../../../src/core/event-store/event-types.js';
import { projection, readTable, sums } from '../../../src/core/projection/index.js';
import { skipEvent } from '../../../src/core/projection/operate.js';
import type { BuildPorts } from '../../../src/core/projection/rebuild/ports.js';
import { Close, counterAggregate, counterEvents, Raise, type CounterEvent } from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { bothFolds, rebuildPorts, freshBuild, tableText } from '../../kit/rebuilds.js';

type TotalRow = { id: string; total: number; raises: number };

const rowsSql = `
  SELECT stream_id AS id, sum((data ->> 'by')::int) AS total, count(*) AS raises, max(position) AS position
  FROM events GROUP BY stream_id`;

const rowsWith = (name: string, foldSql?: string, events = counterEvents) =>
  projection<TotalRow, CounterEvent>({
    table: readTable<TotalRow>({
      name,
      version: 1,
      columns: { total: { type: 'integer' }, raises: { type: 'integer' } },
    }),
    events,
    on: {
      'test.counter.raised': (event, row) => ({
        id: event.streamId,
        total: (row?.total ?? 0) + event.data.by,
        raises: (row?.raises ?? 0) + 1,
      }),
    },
    foldSql,
  });

const rows = rowsWith('test_sql_rows', rowsSql);
const broken = rowsWith('test_sql_broken', 'SELECT nothing FROM events');
const newer = rowsWith('test_sql_newer', rowsSql, {
  ...counterEvents,
  'test.counter.raised': { version: 2, upcast: { 1: (data) => ({ ...data, by: 10 * (data.by as number) }) } },
});

const byParity = sums<CounterEvent>({
  name: 'test_sql_sums',
  version: 1,
  counters: ['raises', 'total'],
  events: counterEvents,
  on: {
    'test.counter.raised': ({ data: { by } }) => [
      { group: by % 2 === 0 ? 'even' : 'odd', add: { raises: 1, total: by } },
    ],
  },
  foldSql: `
    SELECT CASE (data ->> 'by')::int % 2 WHEN 0 THEN 'even' ELSE 'odd' END AS group_key, partition,
      count(*) AS raises, sum((data ->> 'by')::int) AS total
    FROM events GROUP BY 1, 2`,
});

/** One that looks at what a build leaves out as long as nobody asks for it. */
type ActorRow = { id: string; actor: string };
const actors = projection<ActorRow, CounterEvent>({
  table: readTable<ActorRow>({ name: 'test_actors', version: 1, columns: { actor: { type: 'text' } } }),
  events: counterEvents,
  on: {
    'test.counter.closed': (event, row) => {
      const copy = { ...event };
      return { ...row, id: copy.streamId, actor: copy.metadata.actor.kind };
    },
  },
});

const projections = [rows, broken, newer, byParity, actors];

let database: TestDatabase;
let instance: TestInstance;
let ports: BuildPorts;

beforeAll(async () => {
  database = await createTestDatabase();
  const silo = { name: 'test', aggregates: [counterAggregate], projections };
  instance = await startInstance(database.url, [silo], { ring: new KeyRing([generateRingKey()]) });
  const execute = instance.executeAs(system);
  for (let n = 0; n < 40; n++) await execute(new Raise(`counter-${n % 13}`, n + 1));
  await execute(new Close('counter-5'));
  ports = rebuildPorts(instance.core, database.pool);
});

afterAll(async () => {
  await instance.stop();
  await database.drop();
});

it.each([rows, byParity])(
  'makes of the log in one statement what the handlers make of it: $name',
  async (definition) => {
    const { sql, handlers } = await bothFolds(database, ports, definition);
    expect(sql).toEqual(handlers);
    expect(sql).toEqual(await tableText(database, definition));
    expect(sql).not.toEqual([]);
  },
);

it('passes over what an operator skipped', async () => {
  const { rows: found } = await database.pool.query(
    `SELECT position FROM store.events WHERE stream_id = 'counter-7' ORDER BY position LIMIT 1`,
  );
  await skipEvent(database.pool, rows.versionedName, Number(found[0].position), 'a bug', 'test');
  const { sql, handlers } = await bothFolds(database, ports, rows);
  expect(sql).toEqual(handlers);
  expect(sql).not.toEqual(await tableText(database, rows));
});

it('leaves it to the handlers when the SQL fails, and says why', async () => {
  expect(await freshBuild(ports, broken)).toMatchObject({
    by: 'handlers',
    sqlFailure: expect.stringContaining('"nothing" does not exist'),
  });
  expect(await tableText(database, broken, 'standby')).toEqual(await tableText(database, broken));
});

it('leaves it to the handlers when the log has events of an older schema', async () => {
  expect(await freshBuild(ports, newer)).toMatchObject({
    by: 'handlers',
    sqlFailure: 'The log has test.counter.raised in an older schema.',
  });
});

it('is refused for events with sealed fields when the program is loaded', () => {
  const sealed = eventTypes<CounterEvent>({
    ...(counterEvents as any),
    'test.counter.raised': { version: 1, sealed: ['note'] },
  });
  expect(() => rowsWith('test_sql_sealed', rowsSql, sealed)).toThrow('which has sealed fields');
});

it('gives a handler the metadata of its events, though it is read only when one asks', async () => {
  expect(await freshBuild(ports, actors)).toMatchObject({ by: 'handlers', parkedStreams: 0 });
  const built = await tableText(database, actors, 'standby');
  expect(built).toEqual(await tableText(database, actors));
  expect(built).toEqual([expect.stringContaining('"actor": "system"')]);
});
