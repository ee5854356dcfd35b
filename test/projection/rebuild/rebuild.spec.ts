import type { Silo } from '../../../src/core/command/silo.js';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import { projection, readTable } from '../../../src/core/projection/index.js';
import {
  prepareProjection,
  rebuildProjection,
  unprepared,
  type RebuildPorts,
} from '../../../src/core/projection/rebuild/rebuild.js';
import { hasStandby } from '../../../src/core/projection/rebuild/standby.js';
import { verifyProjection } from '../../../src/core/projection/verify.js';
import {
  bugs,
  counterAggregate,
  counterEvents,
  counters,
  Poison,
  Raise,
  type CounterEvent,
} from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type InstanceOptions, type TestInstance } from '../../kit/instance.js';
import { reacting } from '../../kit/reactions.js';
import { rebuildPorts } from '../../kit/rebuilds.js';

type TotalRow = { id: string; total: number };

const totals = (version: number, times: number) =>
  projection<TotalRow, CounterEvent>({
    table: readTable<TotalRow>({ name: 'test_prepared', version, columns: { total: { type: 'integer' } } }),
    events: counterEvents,
    on: {
      'test.counter.raised': (event, row) => ({ id: event.streamId, total: (row?.total ?? 0) + times * event.data.by }),
    },
  });
const [v1, v2] = [totals(1, 1), totals(2, 10)];
const program = (...projections: Silo['projections']): Silo => ({
  name: 'test',
  aggregates: [counterAggregate],
  projections,
});

let database: TestDatabase;
let running: TestInstance[];
const ring = new KeyRing([generateRingKey()]);

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  running = [];
});

afterEach(async () => {
  for (const instance of running) await instance.stop();
  await database.drop();
});

async function start(silo: Silo, options: InstanceOptions = {}): Promise<TestInstance> {
  const instance = await startInstance(database.url, [silo], {
    ring,
    runner: { renewMs: 50, flushMs: 50 },
    ...options,
  });
  running.push(instance);
  return instance;
}

it('prepares a new version beside the old one under load; its first process has nothing left to build', async () => {
  const old = await start(program(v1));
  const loading = new AbortController();
  let raised = 0;
  const load = (async () => {
    for (; !loading.signal.aborted; raised++) await old.executeAs(system)(new Raise(`counter-${raised % 20}`, 1));
  })();
  await eventually(() => expect(raised).toBeGreaterThan(50));

  const applied: number[] = [];
  const onApplied: InstanceOptions['onApplied'] = (_, events) => applied.push(events);
  const fresh = await start(program(v2), { starts: false, onApplied });
  const ports = rebuildPorts(fresh.core, database.pool);
  expect(await unprepared(ports, [v1, v2])).toEqual([v2]);
  const { position } = await prepareProjection(ports, v2, { workers: 2 });
  expect(await unprepared(ports, [v1, v2])).toEqual([]);
  expect(await hasStandby(database.pool, v2)).toBe(false);
  loading.abort();
  await load;

  await fresh.projector.start();
  await eventually(() => expect(fresh.projector.runner.caughtUp).toBe(true));
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM store.events WHERE position > $1', [
    position,
  ]);
  expect(applied.reduce((sum, events) => sum + events, 0)).toBeLessThanOrEqual(rows[0].n);
  expect((await verifyProjection(database.url, fresh.core.readPartition, v2)).differences).toEqual([]);
  const { rows: sums } = await database.pool.query(
    `SELECT (SELECT sum(total)::int FROM read.test_prepared_v1) AS v1, (SELECT sum(total)::int FROM read.test_prepared_v2) AS v2`,
  );
  expect(sums).toEqual([{ v1: raised, v2: 10 * raised }]);
});

it('prepares one that no process runs when it is far behind', async () => {
  const instance = await start(program(v1));
  const { core } = await start(program(v1), { starts: false });
  await instance.executeAs(system)(new Raise('counter-1', 1));
  const ports = rebuildPorts(core, database.pool);
  const farAway = { ...ports, safeHead: async () => 1_000_000 };
  expect(await unprepared(farAway, [v1])).toEqual([]);
  await instance.stop();
  running.shift();
  expect(await unprepared(ports, [v1])).toEqual([]);
  expect(await unprepared(farAway, [v1])).toEqual([v1]);
});

it('makes no job: what reactors did once is not done again', async () => {
  const instance = await start(reacting);
  for (let n = 0; n < 5; n++) await instance.executeAs(system)(new Raise(`counter-${n}`, 1));
  const jobs = async () =>
    (await database.pool.query('SELECT count(*)::int AS n FROM graphile_worker.jobs')).rows[0].n as number;
  await eventually(async () => expect(await jobs()).toBe(5));
  const ports = rebuildPorts(instance.core, database.pool);
  for (const definition of reacting.projections) await rebuildProjection(ports, definition, { workers: 1 });
  await instance.executeAs(system)(new Raise('counter-1', 1));
  await eventually(async () => expect(await jobs()).toBe(6));
});

it('does not let a table take over that would have too many parked streams, unless that is accepted', async () => {
  const instance = await start(program(counters));
  bugs.poison = false;
  for (let stream = 0; stream < 21; stream++)
    await instance.executeAs(system)(new Poison(`counter-${stream}`, 'throw'));
  bugs.poison = true;
  const ports = rebuildPorts(instance.core, database.pool);
  const live = async () => (await database.pool.query('SELECT count(*)::int AS n FROM read.test_counters_v1')).rows;
  await expect(rebuildProjection(ports, counters, { workers: 1 })).rejects.toThrow('more than 20 parked streams');
  expect(await live()).toEqual([{ n: 21 }]);
  await rebuildProjection(ports, counters, { workers: 1, acceptParked: true });
  expect(await live()).toEqual([{ n: 0 }]);
});

/** A build of the first version that is interrupted when all parts are loaded. */
async function loadAndStop(ports: RebuildPorts): Promise<void> {
  const interruption = new AbortController();
  const interrupted = rebuildProjection(ports, v1, {
    workers: 1,
    signal: interruption.signal,
    onProgress: ({ phase }) => phase === 'indexing' && interruption.abort(),
  });
  await expect(interrupted).rejects.toThrow();
}

it('builds anew when the fold is another than that of the unfinished build', async () => {
  const instance = await start(program(v1));
  for (let n = 0; n < 20; n++) await instance.executeAs(system)(new Raise(`counter-${n}`, 1));
  const ports = rebuildPorts(instance.core, database.pool);
  await loadAndStop(ports);
  const changed = { ...v1, on: { 'test.counter.raised': ({ streamId }: any) => ({ id: streamId, total: 7 }) } };
  expect(await rebuildProjection(ports, changed, { workers: 1 })).toMatchObject({ resumedParts: 0 });
  const { rows } = await database.pool.query('SELECT DISTINCT total FROM read.test_prepared_v1');
  expect(rows).toEqual([{ total: 7 }]);
});

it('goes on with the parts of an unfinished build of the same fold', async () => {
  const instance = await start(program(v1));
  for (let n = 0; n < 20; n++) await instance.executeAs(system)(new Raise(`counter-${n}`, 1));
  const ports = rebuildPorts(instance.core, database.pool);
  await loadAndStop(ports);
  const read: number[] = [];
  const decode: typeof ports.decode = (stored) => {
    read.push(stored.length);
    return ports.decode(stored);
  };
  const report = await rebuildProjection({ ...ports, decode }, v1, { workers: 1 });
  expect(report).toMatchObject({ resumedParts: 8, events: 20 });
  expect(read).toEqual([]);
  expect((await verifyProjection(database.url, instance.core.readPartition, v1)).differences).toEqual([]);
});
