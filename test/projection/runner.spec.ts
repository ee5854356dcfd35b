import { Refusal } from '../../src/core/errors/refusal.js';
import { listParked, pause, resume, retryParked, skipEvent } from '../../src/core/projection/operate.js';
import { projectionStatus } from '../../src/core/projection/status.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { bugs, Close, counters, Poison, Raise, raises, raisesByParity, testing } from '../kit/counters.js';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

let database: TestDatabase;
let instance: TestInstance;
const ring = new KeyRing([generateRingKey()]);

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  instance = await startInstance(database.url, [testing], { ring, runner: { maxParkedStreams: 3 } });
});

afterEach(async () => {
  await instance.stop();
  await database.drop();
});

const execute: TestInstance['executeAs'] extends (actor: never) => infer E ? E : never = (command, input) =>
  instance.executeAs(system)(command, input);

const counter = async (id: string) =>
  (await database.pool.query('SELECT * FROM read.test_counters_v1 WHERE id = $1', [id])).rows[0];
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );
const differences = async () => {
  const reports = [];
  for (const projection of testing.projections) {
    reports.push(...(await verifyProjection(database.url, instance.core.readPartition, projection)).differences);
  }
  return reports;
};
const sum = async (group: string) => {
  const { rows } = await database.pool.query(
    'SELECT sum(raises)::int AS raises, sum(total)::int AS total FROM read.test_raises_by_parity_v1 WHERE group_key = $1',
    [group],
  );
  return rows[0];
};

describe('applying events', () => {
  it('shows a command as soon as it has returned', async () => {
    for (let n = 1; n <= 20; n++) {
      await execute(new Raise('counter-1', n));
      expect(await counter('counter-1')).toMatchObject({ raises: n });
    }
    expect(await counter('counter-1')).toMatchObject({ total: '210' });
  });

  it('deletes a row, keeps rows of other keys, and adds sums over partitions', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => execute(new Raise(`counter-${n}`, n))));
    await execute(new Close('counter-3'));
    expect(await counter('counter-3')).toBeUndefined();
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM read.test_raises_v1');
    expect(rows[0].n).toBe(29); // a raise by 0 decides nothing
    expect(await sum('even')).toEqual({ raises: 14, total: 210 });
    expect(await sum('odd')).toEqual({ raises: 15, total: 225 });
  });

  it('waits for the head of the stream when a command decides nothing, and when it repeats', async () => {
    const input = { clientMutationId: 'once' };
    await execute(new Raise('counter-1', 5), input);
    expect(await execute(new Raise('counter-1', 5), input)).toMatchObject({
      outcome: 'repeated',
      streamId: 'counter-1',
      version: 1,
    });
    expect(await execute(new Raise('counter-1', 0))).toMatchObject({ outcome: 'unchanged', version: 1 });
    expect(await counter('counter-1')).toMatchObject({ total: '5' });
  });

  it('goes on where it stopped, with what was appended meanwhile', async () => {
    await execute(new Raise('counter-1', 1));
    await instance.stop();
    const silent = await startInstance(database.url, [], { ring });
    await silent.core.store.append({
      streams: [
        {
          streamId: 'counter-1',
          expected: 1,
          events: [{ type: 'test.counter.raised', schemaVersion: 1, data: { by: 2, note: null } }],
        },
      ],
      metadata: { actor: system, correlationId: 'x' },
      occurredAt: new Date(),
    });
    await silent.stop();
    instance = await startInstance(database.url, [testing], { ring });
    await eventually(async () => expect(await counter('counter-1')).toMatchObject({ total: '3', raises: 2 }));
    expect(await differences()).toEqual([]);
  });

  it('stores what it has seen without having anything to apply, so that a restart does not read it again', async () => {
    await execute(new Raise('counter-1', 1));
    const head = await instance.core.watermark.safeHead();
    await eventually(async () => {
      const status = await projectionStatus(database.pool, head);
      expect(status.map((row) => [row.position >= head, row.lagEvents])).toEqual(status.map(() => [true, 0]));
    });
  });
});

describe.each(['throw', 'null-column', 'no-column'] as const)('a poison event (%s)', (how) => {
  it('parks its stream, lets all others go on, and refuses to promise what it cannot show', async () => {
    await execute(new Raise('counter-1', 1));
    expect(await codeOf(execute(new Poison('counter-1', how)))).toBe('COMMITTED_NOT_VISIBLE');
    expect(await codeOf(execute(new Raise('counter-1', 5)))).toBe('COMMITTED_NOT_VISIBLE');
    await execute(new Raise('counter-2', 7));

    expect(await counter('counter-1')).toMatchObject({ total: '1' });
    expect(await counter('counter-2')).toMatchObject({ total: '7' });
    const parked = await listParked(database.pool, counters.versionedName);
    expect(parked).toMatchObject([{ streamId: 'counter-1', eventType: 'test.counter.poisoned', attempts: 1 }]);
    expect(instance.logged.some(({ level, message }) => level === 'error' && message.startsWith('stream parked'))).toBe(
      true,
    );
    expect(await differences()).toEqual([]);
  });

  it('is folded anew by retry, once the cause is mended, without losing what came after', async () => {
    await execute(new Raise('counter-1', 1));
    await codeOf(execute(new Poison('counter-1', how)));
    await codeOf(execute(new Raise('counter-1', 2)));
    const readStream = instance.core.readStream;
    expect(await retryParked(database.pool, counters, 'counter-1', readStream)).toMatch(/fold|column|null value/);
    expect(await listParked(database.pool, counters.versionedName)).toMatchObject([{ attempts: 2 }]);

    bugs.poison = false;
    for (const projection of [counters, raisesByParity]) {
      expect(await retryParked(database.pool, projection, 'counter-1', readStream)).toBeNull();
    }
    await execute(new Raise('counter-1', 4));
    expect(await counter('counter-1')).toMatchObject({ total: '7', raises: 3 });
    expect(await sum('even')).toEqual({ raises: 2, total: 6 });
    expect(await listParked(database.pool)).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it('can be skipped for ever, and verify honours it', async () => {
    await execute(new Raise('counter-1', 1));
    await codeOf(execute(new Poison('counter-1', how)));
    await codeOf(execute(new Raise('counter-1', 2)));
    for (const { projection, position, streamId } of await listParked(database.pool)) {
      await skipEvent(database.pool, projection, position, 'a bad event', 'test');
      const definition = testing.projections.find(({ versionedName }) => versionedName === projection)!;
      expect(await retryParked(database.pool, definition, streamId, instance.core.readStream)).toBeNull();
    }
    await execute(new Raise('counter-1', 4));
    expect(await counter('counter-1')).toMatchObject({ total: '7', raises: 3 });
    expect(await differences()).toEqual([]);
  });
});

it('pauses a projection with too many parked streams, loudly, and resumes by command', async () => {
  for (let n = 0; n < 5; n++) await codeOf(execute(new Poison(`counter-${n}`, 'throw')));
  await eventually(async () => {
    const status = (await projectionStatus(database.pool, 0)).find((row) => row.projection === counters.versionedName);
    expect(status).toMatchObject({ state: 'paused', reason: 'more than 3 parked streams' });
  });
  expect(await codeOf(execute(new Raise('counter-9', 1)))).toBe('COMMITTED_NOT_VISIBLE');

  bugs.poison = false;
  await resume(database.pool, counters.versionedName);
  await resume(database.pool, raisesByParity.versionedName);
  await eventually(async () => expect(await counter('counter-9')).toMatchObject({ total: '1' }));
  for (const { projection, streamId } of await listParked(database.pool)) {
    const definition = testing.projections.find(({ versionedName }) => versionedName === projection)!;
    await retryParked(database.pool, definition, streamId, instance.core.readStream);
  }
  expect(await listParked(database.pool)).toEqual([]);
  expect(await differences()).toEqual([]);
});

it('fails at once for a paused projection, and a repeat with the same key waits again instead of deciding again', async () => {
  await pause(database.pool, counters.versionedName, 'maintenance');
  await eventually(() => expect(instance.projector.runner.members.find(counters.versionedName)!.paused).toBe(true));
  const input = { clientMutationId: 'k' };
  expect(await codeOf(execute(new Raise('counter-1', 1), input))).toBe('COMMITTED_NOT_VISIBLE');
  await resume(database.pool, counters.versionedName);
  await eventually(async () => {
    expect(await codeOf(execute(new Raise('counter-1', 1), input))).toBe('done');
  });
  expect(await counter('counter-1')).toMatchObject({ total: '1', raises: 1 });
});

it('retries a failure of the surroundings without parking anything', async () => {
  await execute(new Raise('counter-1', 1));
  const blocker = await database.pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('ALTER TABLE read.test_counters_v1 RENAME TO hidden');
  await blocker.query('COMMIT');
  const raised = execute(new Raise('counter-1', 2));
  await eventually(() =>
    expect(instance.logged.some(({ message }) => message === 'projection will try again')).toBe(true),
  );
  await blocker.query('ALTER TABLE read.hidden RENAME TO test_counters_v1');
  blocker.release();
  await raised;
  expect(await counter('counter-1')).toMatchObject({ total: '3' });
  expect(await listParked(database.pool)).toEqual([]);
});

it('finds a row that differs, one too many and one that is missing', async () => {
  for (let n = 1; n <= 3; n++) await execute(new Raise(`counter-${n}`, n));
  await database.pool.query(`UPDATE read.test_counters_v1 SET total = 99 WHERE id = 'counter-1'`);
  await database.pool.query(`DELETE FROM read.test_counters_v1 WHERE id = 'counter-2'`);
  await database.pool.query(`INSERT INTO read.test_counters_v1 VALUES ('counter-8', 1, NULL, 1, 1)`);
  const { differences: found } = await verifyProjection(database.url, instance.core.readPartition, counters);
  expect(found).toEqual([
    { id: 'counter-1', kind: 'differs' },
    { id: 'counter-2', kind: 'missing' },
    { id: 'counter-8', kind: 'extra' },
  ]);
  expect((await verifyProjection(database.url, instance.core.readPartition, raises)).differences).toEqual([]);
});

it('remembers a key also for a decision without events: its repeat does not act on what changed in between', async () => {
  const input = { clientMutationId: 'nothing' };
  await execute(new Raise('counter-1', 1));
  expect(await execute(new Raise('counter-1', 0), input)).toMatchObject({ outcome: 'unchanged', version: 1 });
  await execute(new Raise('counter-1', 1));
  expect(await execute(new Raise('counter-1', 5), input)).toMatchObject({ outcome: 'repeated' });
  expect(await counter('counter-1')).toMatchObject({ total: '2' });
});
