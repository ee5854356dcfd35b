import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { bugs, counters, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

let database: TestDatabase;
let running: TestInstance[] = [];
const ring = new KeyRing([generateRingKey()]);
const partitions = (instance: TestInstance) => instance.projector.runner.ownedPartitions.length;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  running = [];
});

afterEach(async () => {
  for (const instance of running) await instance.stop();
  await database.drop();
});

async function start(renewMs = 100): Promise<TestInstance> {
  const instance = await startInstance(database.url, [testing], { ring, runner: { renewMs } });
  running.push(instance);
  return instance;
}

it('shares the partitions out, sees in each process what the other wrote, and applies everything once', async () => {
  const [first, second] = [await start(), await start()];
  await eventually(() => expect([partitions(first), partitions(second)]).toEqual([4, 4]));

  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const writer = n % 2 === 0 ? first : second;
      const id = `counter-${n % 12}`;
      const { position } = await writer.executeAs(system)(new Raise(id, 1));
      const { rows } = await database.pool.query('SELECT position FROM read.test_counters_v1 WHERE id = $1', [id]);
      expect(Number(rows[0].position)).toBeGreaterThanOrEqual(position);
    }),
  );
  const { rows } = await database.pool.query('SELECT sum(raises)::int AS raises FROM read.test_counters_v1');
  expect(rows[0].raises).toBe(60);
  for (const projection of testing.projections) {
    expect((await verifyProjection(database.url, first.core.readPartition, projection)).differences).toEqual([]);
  }
});

it('hands partitions over when a process leaves in order', async () => {
  const [first, second] = [await start(), await start()];
  await eventually(() => expect([partitions(first), partitions(second)]).toEqual([4, 4]));
  await second.stop();
  running = [first];
  await eventually(() => expect(partitions(first)).toBe(8));
  await first.executeAs(system)(new Raise('counter-1', 1));
});

it('waits for a partition that is on its way from one process to the other', async () => {
  const [first, second] = [await start(), await start()];
  await eventually(() => expect([partitions(first), partitions(second)]).toEqual([4, 4]));
  // The first has its share, and the partitions of the second belong to nobody until it wakes up and renews.
  Object.assign(second.projector.runner, { renew: async () => undefined, advance: async () => false });
  await database.pool.query('DELETE FROM store.partition_owners WHERE partition <> ALL($1)', [
    first.projector.runner.ownedPartitions,
  ]);
  const commands = Array.from({ length: 12 }, (_, n) => first.executeAs(system)(new Raise(`counter-${n}`, 1)));
  const settled = Promise.all(commands);
  await eventually(async () => {
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM store.events');
    expect(rows[0].n).toBe(12);
  });
  // Time enough to look again, and to find no owner again.
  for (let looks = 0; looks < 20; looks++) await first.projector.runner.refresh();
  for (const name of ['renew', 'advance']) Reflect.deleteProperty(second.projector.runner, name);
  await settled;
});

it('takes over at once when a process dies: its connection is gone, nobody waits for its lease', async () => {
  const [first, second] = [await start(), await start()];
  await eventually(() => expect([partitions(first), partitions(second)]).toEqual([4, 4]));
  // The death as the database sees it: the listener's connection ends, and no renewal comes any more.
  const { runner } = second.projector;
  Object.assign(runner, { renew: async () => undefined });
  const { rows } = await database.pool.query('SELECT pid FROM pg_stat_activity WHERE pid = $1', [
    (await database.pool.query('SELECT backend_pid FROM store.processes ORDER BY started_at DESC LIMIT 1')).rows[0]
      .backend_pid,
  ]);
  const admin = await createAdmin();
  await admin.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
  await admin.end();
  await eventually(() => expect(partitions(first)).toBe(8), 2000);
});

it('answers commands in the moment in which a process dies: whoever may take its partitions does so, and nobody is refused', async () => {
  const [first, second, third] = [await start(1000), await start(1000), await start(1000)];
  await eventually(() => expect([first, second, third].map(partitions).sort()).toEqual([2, 3, 3]));
  // It dies between two renewals of the others, and each of them may take only a part of what it leaves.
  const { runner } = third.projector;
  Object.assign(runner, { renew: async () => undefined, advance: async () => false, startCatchUps: () => undefined });
  const admin = await createAdmin();
  await admin.query(
    `SELECT pg_terminate_backend(p.backend_pid) FROM store.processes p JOIN store.partition_owners o ON o.process_id = p.id
    WHERE o.partition = $1`,
    [runner.ownedPartitions[0]],
  );
  await admin.end();
  await Promise.all(Array.from({ length: 40 }, (_, n) => first.executeAs(system)(new Raise(`counter-${n}`, 1))));
  expect([first, second].map(partitions)).toEqual([4, 4]);
});

it('lets a zombie that woke up without its partitions write nothing', async () => {
  const [first, second] = [await start(), await start()];
  await eventually(() => expect([partitions(first), partitions(second)]).toEqual([4, 4]));
  // The second goes on believing in its partitions while the first owns all of them.
  Object.assign(second.projector.runner, { renew: async () => undefined });
  await database.pool.query('DELETE FROM store.partition_owners');
  await eventually(() => expect(partitions(first)).toBe(8));
  await Promise.all(Array.from({ length: 40 }, (_, n) => first.executeAs(system)(new Raise(`counter-${n % 10}`, 1))));
  const { rows } = await database.pool.query('SELECT sum(raises)::int AS raises FROM read.test_counters_v1');
  expect(rows[0].raises).toBe(40);
  expect((await verifyProjection(database.url, first.core.readPartition, counters)).differences).toEqual([]);
});

async function createAdmin() {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  return client;
}
