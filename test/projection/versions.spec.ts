import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import type { Silo } from '../../src/core/command/silo.js';
import { projection, readTable } from '../../src/core/projection/index.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { bugs, counterAggregate, counterEvents, Raise, raises, type CounterEvent } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

/** Two programs beside each other, as in every update: one knows the table's first version, the other its second. */
type TotalRow = { id: string; total: number };

const totals = (version: number, times: number) =>
  projection<TotalRow, CounterEvent>({
    table: readTable<TotalRow>({ name: 'test_totals', version, columns: { total: { type: 'integer' } } }),
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

async function start(silo: Silo): Promise<TestInstance> {
  const instance = await startInstance(database.url, [silo], {
    ring,
    runner: { renewMs: 50, catchUpPageSize: 7, flushMs: 50 },
  });
  running.push(instance);
  return instance;
}

async function stop(instance: TestInstance): Promise<void> {
  await instance.stop();
  running = running.filter((other) => other !== instance);
}

const raise = (instance: TestInstance, n: number) => instance.executeAs(system)(new Raise(`counter-${n % 20}`, 1));
const sum = async (version: number) =>
  (await database.pool.query(`SELECT coalesce(sum(total), 0)::int AS n FROM read.test_totals_v${version}`)).rows[0]
    .n as number;

it('builds the second version from the start in every partition while the old program goes on with the first', async () => {
  const old = await start(program(v1, raises));
  for (let n = 0; n < 40; n++) await raise(old, n);

  const fresh = await start(program(v2, raises));
  expect(fresh.projector.runner.caughtUp).toBe(false);
  await eventually(() => expect(fresh.projector.runner.caughtUp).toBe(true));
  expect(await sum(2)).toBe(400);

  // Each sees what either wrote, in its own version; what both run they share.
  await Promise.all(Array.from({ length: 20 }, (_, n) => raise(n % 2 === 0 ? old : fresh, n)));
  await eventually(async () => expect([await sum(1), await sum(2)]).toEqual([60, 600]));
  const owned = (instance: TestInstance, name: string) => instance.projector.runner.members.find(name)!.partitions.size;
  expect([owned(old, v1.versionedName), owned(fresh, v2.versionedName)]).toEqual([8, 8]);
  await eventually(() =>
    expect([owned(old, raises.versionedName), owned(fresh, raises.versionedName)]).toEqual([4, 4]),
  );
  for (const definition of [v1, v2, raises]) {
    expect((await verifyProjection(database.url, fresh.core.readPartition, definition)).differences).toEqual([]);
  }

  // The old program leaves; its table stays as it was.
  await stop(old);
  await raise(fresh, 1);
  expect([await sum(1), await sum(2)]).toEqual([60, 610]);
});

it('is not ready while another process still builds its half', async () => {
  const old = await start(program(v1));
  for (let n = 0; n < 40; n++) await raise(old, n);
  await stop(old);

  const [first, second] = [await start(program(v2)), await start(program(v2))];
  const sizes = () => [first, second].map(({ projector }) => projector.runner.ownedPartitions.length);
  await eventually(() => expect(sizes()).toEqual([4, 4]));
  await eventually(() =>
    expect([first, second].map(({ projector }) => projector.runner.caughtUp)).toEqual([true, true]),
  );

  // The same, with the other process stopped in its tracks: nobody else's half is applied, so nobody is ready.
  await database.pool.query(`UPDATE store.checkpoints SET position = 0 WHERE partition < 4`);
  const third = await start(program(v2));
  await eventually(() => expect(third.projector.runner.ownedPartitions).not.toHaveLength(0));
  expect(third.projector.runner.caughtUp).toBe(false);
});

it('lets two processes start on an empty database at the same moment', async () => {
  for (let round = 1; round <= 5; round++) {
    const silo = program(totals(100 + round, 1), totals(200 + round, 1), totals(300 + round, 1));
    const started = await Promise.allSettled([start(silo), start(silo), start(silo)]);
    expect(started.map(({ status, ...rest }) => (status === 'fulfilled' ? status : rest))).toEqual(
      started.map(() => 'fulfilled'),
    );
    for (const instance of running.splice(0)) await instance.stop();
  }
});
