import { setImmediate as turn } from 'node:timers/promises';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import { ensureCheckpoints } from '../../../src/core/projection/checkpoints.js';
import { createTable } from '../../../src/core/projection/ddl.js';
import type { Projection } from '../../../src/core/projection/definition.js';
import { listParked, retryParked, skipEvent } from '../../../src/core/projection/operate.js';
import { catchUpStandby, type SwapPorts } from '../../../src/core/projection/rebuild/catch-up.js';
import { dropStandby, hasStandby, standbyName, standbySchema } from '../../../src/core/projection/rebuild/standby.js';
import { swapIn } from '../../../src/core/projection/rebuild/swap.js';
import { verifyProjection } from '../../../src/core/projection/verify.js';
import { Reader } from '../../../src/core/read/reader.js';
import { bugs, counters, Poison, Raise, testing } from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';

const ring = new KeyRing([generateRingKey()]);
let database: TestDatabase;
let instance: TestInstance;
let running: TestInstance[];
/** A process beside the servers, which applies nothing. */
let operator: TestInstance;
let ports: SwapPorts;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  running = [];
  instance = await start();
  const { core } = (operator = await startInstance(database.url, [testing], { ring, runs: [] }));
  ports = {
    pool: database.pool,
    partitions: core.store.partitions,
    safeHead: () => core.watermark.safeHead(),
    readPartition: core.readPartition,
    readStream: core.readStream,
  };
});
afterEach(async () => {
  for (const one of [...running, operator]) await one.stop();
  await database.drop();
});

async function start(): Promise<TestInstance> {
  const started = await startInstance(database.url, [testing], { ring });
  running.push(started);
  return started;
}

const raise = (id: string, by = 1, as = instance) => as.executeAs(system)(new Raise(id, by));

/** A standby in which nothing is yet: the catch-up then brings all of it. */
async function emptyStandby(definition: Projection): Promise<void> {
  for (const statement of createTable(definition, standbySchema)) await database.pool.query(statement);
  for (let partition = 0; partition < ports.partitions; partition++)
    await database.pool.query('INSERT INTO store.checkpoints (projection, partition) VALUES ($1, $2)', [
      standbyName(definition),
      partition,
    ]);
}

const oidOf = async (schema: string) =>
  (await database.pool.query('SELECT to_regclass($1)::oid AS oid', [`${schema}.${counters.versionedName}`])).rows[0]
    .oid;

async function expectEqualToReplay(): Promise<void> {
  for (const projection of testing.projections)
    expect((await verifyProjection(database.url, ports.readPartition, projection)).differences).toEqual([]);
}

it.each(testing.projections.map((projection) => [projection.versionedName, projection] as const))(
  'puts the new table of %s in the place of the old one, and back again',
  async (_, projection) => {
    for (let n = 0; n < 30; n++) await raise(`counter-${n % 7}`);
    await emptyStandby(projection);
    const { position } = await swapIn(ports, projection);
    expect(position).toBeGreaterThan(0);
    await expectEqualToReplay();
    for (let n = 0; n < 10; n++) await raise(`counter-${n}`);
    await expectEqualToReplay();
    await swapIn(ports, projection);
    await raise('counter-1');
    await expectEqualToReplay();
    expect(await dropStandby(database.pool, projection)).toBe(true);
    expect([await hasStandby(database.pool, projection), await dropStandby(database.pool, projection)]).toEqual([
      false,
      false,
    ]);
    await raise('counter-1');
    await expectEqualToReplay();
  },
);

it('lets nobody who reads or writes meanwhile fail or see less than before', async () => {
  const second = await start();
  await eventually(() =>
    expect(running.map(({ projector }) => projector.runner.ownedPartitions.length)).toEqual([4, 4]),
  );
  const reader = new Reader(instance.pool);
  const failures: unknown[] = [];
  let reads = 0;
  const phase = { isOver: false };
  const look = (seen: Map<string, number>) => async () => {
    const rows = await reader.find<any>(counters.table, { name: 'test_all', where: 'WHERE raises > $1' }, [0]);
    for (const { id, raises } of rows) {
      if (raises < (seen.get(id) ?? 0)) failures.push(`${id} fell from ${seen.get(id)} to ${raises}`);
      seen.set(id, raises);
    }
    for (const id of seen.keys()) if (!rows.some((row) => row.id === id)) failures.push(`${id} is gone`);
    reads++;
  };
  const until = async (work: () => Promise<unknown>) => {
    while (!phase.isOver) {
      await work().catch((error: unknown) => failures.push(error));
      await turn();
    }
  };
  let commands = 0;
  const write = (as: TestInstance) => async () => {
    const id = `counter-${commands % 20}`;
    const { position } = await raise(id, 1, as);
    commands++;
    const [row] = await reader.query<{ position: string }>(
      'test.one',
      'SELECT position FROM read.test_counters_v1 WHERE id = $1',
      [id],
    );
    if (Number(row!.position) < position) failures.push(`${id} does not show what was written`);
  };
  const clients = [
    until(look(new Map())),
    until(look(new Map())),
    until(write(instance)),
    until(write(second)),
    until(write(second)),
  ];
  await eventually(() => expect(commands).toBeGreaterThan(20));
  await emptyStandby(counters);
  const before = await oidOf('read');
  for (let swaps = 1; swaps <= 6; swaps++) {
    const [since, looked] = [commands, reads];
    await swapIn(ports, counters);
    await eventually(() => expect([commands > since, reads > looked]).toEqual([true, true]));
    expect((await oidOf('read')) === before).toBe(swaps % 2 === 0);
  }
  phase.isOver = true;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  await expectEqualToReplay();
});

it('waits for whoever reads for long, lets others read meanwhile, and can be given up', async () => {
  await raise('counter-1');
  await emptyStandby(counters);
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM read.test_counters_v1');
  const giveUp = new AbortController();
  const swapping = swapIn(ports, counters, { signal: giveUp.signal });
  for (let n = 0; n < 5; n++) await raise('counter-2');
  giveUp.abort(new Error('given up'));
  await expect(swapping).rejects.toThrow();
  await client.query('COMMIT');
  client.release();
  await expectEqualToReplay();
  await swapIn(ports, counters);
  await expectEqualToReplay();
});

it('swaps no table but the one that it was called for', async () => {
  await raise('counter-1');
  await emptyStandby(counters);
  const before = await oidOf('read');
  await expect(swapIn(ports, counters, { isBuild: true })).rejects.toThrow('Another process');
  for (const phase of ['loading', 'cancelled', 'built']) {
    await database.pool.query(
      `INSERT INTO store.rebuilds (projection, phase, target, fingerprint, parts, total_events) VALUES ($1, $2, 0, '', 1, 0)
       ON CONFLICT (projection) DO UPDATE SET phase = excluded.phase`,
      [counters.versionedName, phase],
    );
    await expect(swapIn(ports, counters, { isBuild: phase !== 'built' })).rejects.toThrow('Another process');
  }
  expect(await oidOf('read')).toBe(before);
  await swapIn(ports, counters, { isBuild: true });
  expect(await oidOf('standby')).toBe(before);
  await expectEqualToReplay();
});

it('takes parked streams along with their table, and skips count for both', async () => {
  await instance
    .executeAs(system)(new Poison('counter-1', 'throw'))
    .catch(() => undefined);
  await instance
    .executeAs(system)(new Poison('counter-2', 'throw'))
    .catch(() => undefined);
  await raise('counter-3');
  await eventually(async () => expect(await listParked(database.pool, counters.versionedName)).toHaveLength(2));
  const [{ position }] = (await listParked(database.pool, counters.versionedName)).filter(
    ({ streamId }) => streamId === 'counter-1',
  ) as any;
  await skipEvent(database.pool, counters.versionedName, position, 'test', 'test');
  await emptyStandby(counters);
  await swapIn(ports, counters);
  const parked = (await listParked(database.pool)).filter(({ projection }) =>
    projection.includes(counters.versionedName),
  );
  expect(parked.map(({ projection, streamId }) => [projection, streamId]).sort()).toEqual([
    [standbyName(counters), 'counter-1'],
    [standbyName(counters), 'counter-2'],
    [counters.versionedName, 'counter-2'],
  ]);
  bugs.poison = false;
  for (const projection of testing.projections)
    for (const { streamId } of await listParked(database.pool, projection.versionedName))
      expect(await retryParked(database.pool, projection, streamId, operator.core.readStream)).toBeNull();
  await raise('counter-1');
  await raise('counter-2');
  await expectEqualToReplay();
});

it('lets a projection run again that was paused for its parked streams or a checkpoint of another log', async () => {
  await raise('counter-1');
  const pause = (reason: string) =>
    database.pool.query(`UPDATE store.projections SET state = 'paused', reason = $2 WHERE name = $1`, [
      counters.versionedName,
      reason,
    ]);
  const state = async () =>
    (await database.pool.query('SELECT state FROM store.projections WHERE name = $1', [counters.versionedName])).rows[0]
      .state;
  await emptyStandby(counters);
  await pause('more than 20 parked streams');
  await swapIn(ports, counters);
  expect(await state()).toBe('running');
  await pause('an operator wants it');
  await swapIn(ports, counters);
  expect(await state()).toBe('paused');

  await database.pool.query(`UPDATE store.checkpoints SET position = 1000 WHERE projection = $1`, [
    counters.versionedName,
  ]);
  await pause('its checkpoint lies beyond the end of the log: see `waybill projections rebuild`');
  await dropStandby(database.pool, counters);
  await emptyStandby(counters);
  await swapIn(ports, counters);
  expect(await state()).toBe('running');
  await instance.projector.runner.refresh();
  await raise('counter-1');
  await expectEqualToReplay();
});

it('makes the standby the live table where there was none', async () => {
  await raise('counter-1');
  await instance.stop();
  running = [];
  await database.pool.query('DROP TABLE read.test_counters_v1');
  await database.pool.query('DELETE FROM store.checkpoints WHERE projection = $1', [counters.versionedName]);
  await emptyStandby(counters);
  await swapIn(ports, counters);
  expect(await hasStandby(database.pool, counters)).toBe(false);
  await ensureCheckpoints(database.pool, [{ projection: counters.versionedName, position: 0 }], ports.partitions);
  await expectEqualToReplay();
});

it('catches up in pages and tells how far it is', async () => {
  for (let n = 0; n < 20; n++) await raise(`counter-${n}`);
  await emptyStandby(counters);
  const heard: number[] = [];
  await catchUpStandby(ports, counters, { onProgress: (events) => heard.push(events) });
  expect(heard.at(-1)).toBe(20);
  await catchUpStandby(ports, counters, { onProgress: (events) => heard.push(events) });
  expect(heard.at(-1)).toBe(20);
});
