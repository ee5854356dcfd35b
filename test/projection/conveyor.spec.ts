import fc from 'fast-check';
import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import type { ConveyedEvent } from '../../src/core/feed/conveyor.js';
import type { RunnerOptions } from '../../src/core/projection/ports.js';
import { resume } from '../../src/core/projection/operate.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { streamIdOf } from '../../src/core/command/aggregate.js';
import { counters, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { conveyedEvents, FakeConveyor } from '../kit/fake-conveyor.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';
import { executeFor } from '../../src/core/command/dispatcher.js';

const ring = new KeyRing([generateRingKey()]);
const everyPartition = [0, 1, 2, 3, 4, 5, 6, 7];
/** Far longer than a test: what the conveyor does not bring is not read from the store either. */
const patient = { patienceMs: 1e9 };
const impatient = { patienceMs: 100, lookMs: 10 };

type Process = TestInstance & { conveyor: FakeConveyor; applied: Record<'store' | 'kafka', number> };

let database: TestDatabase;
let running: Process[];

beforeEach(async () => {
  database = await createTestDatabase();
  running = [];
});
afterEach(async () => {
  for (const process of running) await process.stop();
  await database.drop();
});

async function start(runner: Partial<RunnerOptions>, assigned: number[] | null = everyPartition): Promise<Process> {
  const conveyor = new FakeConveyor();
  const applied = { store: 0, kafka: 0 };
  const instance = await startInstance(database.url, [testing], {
    ring,
    runner: { pollMs: 10, renewMs: 50, ...runner },
    conveyor: () => conveyor,
    onApplied: (projection, events, source) => {
      if (projection === counters.versionedName) applied[source] += events;
    },
  });
  const process = { ...instance, conveyor, applied };
  running.push(process);
  conveyor.assign(assigned);
  await process.projector.runner.refresh();
  return process;
}

/** Appends without waiting for any read model. */
async function raise(process: Process, id: string, by = 1): Promise<void> {
  const meta = () => ({ actor: system, now: new Date(), correlationId: 'x' });
  await executeFor(meta, (command) => process.core.dispatcher(null).run(command))(new Raise(id, by));
}

const total = async () => {
  const { rows } = await database.pool.query('SELECT coalesce(sum(raises), 0)::int AS n FROM read.test_counters_v1');
  return rows[0].n as number;
};

async function expectEqualToReplay(process: Process): Promise<void> {
  for (const projection of testing.projections) {
    expect((await verifyProjection(database.url, process.core.readPartition, projection)).differences).toEqual([]);
  }
}

it('applies what the conveyor brings, drops what it repeats, and reads nothing from the store', async () => {
  const process = await start(patient);
  for (let n = 0; n < 40; n++) await raise(process, `counter-${n % 7}`);
  const log = await conveyedEvents(database.pool);
  await process.conveyor.deliver(log.slice(0, 25));
  await process.conveyor.deliver(log.slice(10, 30));
  await eventually(async () => expect(await total()).toBe(30));
  await process.conveyor.deliver(log);
  await process.conveyor.deliver(log);
  await eventually(async () => expect(await total()).toBe(40));
  expect(process.applied).toEqual({ store: 0, kafka: 40 });
  await expectEqualToReplay(process);
});

it('fills a hole from the store, and goes on with the conveyor', async () => {
  const process = await start({ ...patient, patienceMs: 1e9 });
  for (let n = 0; n < 10; n++) await raise(process, 'counter-1');
  const log = await conveyedEvents(database.pool);
  await process.conveyor.deliver([...log.slice(0, 3), ...log.slice(6)]);
  await eventually(async () => expect(await total()).toBe(10));
  expect(process.applied).toEqual({ store: 7, kafka: 3 });
  await process.conveyor.deliver(log);
  await raise(process, 'counter-1');
  await process.conveyor.deliver((await conveyedEvents(database.pool)).slice(10));
  await eventually(async () => expect(await total()).toBe(11));
  expect(process.applied).toEqual({ store: 7, kafka: 4 });
});

it('reads from the store what the conveyor has lost at the end, and as long as it stands still; when it is back, that brings again', async () => {
  const process = await start(impatient);
  await raise(process, 'counter-1');
  await eventually(async () => expect(await total()).toBe(1));
  expect(process.applied).toEqual({ store: 1, kafka: 0 });
  // It stands still: nobody waits for it again and again.
  for (let n = 0; n < 5; n++) await process.executeAs(system)(new Raise('counter-1', 1));
  expect(process.applied).toEqual({ store: 6, kafka: 0 });
  await eventually(async () => {
    await process.executeAs(system)(new Raise('counter-1', 1));
    await process.conveyor.deliver(await conveyedEvents(database.pool));
    const { store } = process.applied;
    await raise(process, 'counter-1');
    await process.conveyor.deliver(await conveyedEvents(database.pool));
    await eventually(() => expect(process.applied.kafka).toBeGreaterThan(0), 50);
    expect(process.applied.store).toBe(store);
  });
  await expectEqualToReplay(process);
});

it('is ready and knows where it stands though the conveyor has nothing to bring', async () => {
  const process = await start({ ...patient, lookMs: 10 });
  await raise(process, 'counter-1');
  await process.conveyor.deliver(await conveyedEvents(database.pool));
  await eventually(() => expect(process.projector.runner.position).toBe(1));
  expect(process.projector.runner.caughtUp).toBe(true);
});

it('believes nothing more of a conveyor that brings what this log never had', async () => {
  const process = await start(impatient);
  await raise(process, 'counter-1');
  const [first] = await conveyedEvents(database.pool);
  await process.conveyor.deliver([first!]);
  const future: ConveyedEvent = { ...first!, position: 99, predecessor: first!.position, streamVersion: 2 };
  await process.conveyor.deliver([future]);
  await eventually(() => expect(process.projector.runner.refusal).toContain('waybill events fence'));
  expect(process.logged).toContainEqual({
    level: 'error',
    message: expect.stringContaining('never had'),
    fields: { position: 99 },
  });
  expect(process.conveyor.isStopped).toBe(true);
  for (let n = 0; n < 3; n++) await process.executeAs(system)(new Raise('counter-1', 1));
  await process.conveyor.deliver([future]);
  expect(await total()).toBe(4);
  await expectEqualToReplay(process);
});

describe('several processes', () => {
  const owned = (process: Process) => process.projector.runner.ownedPartitions;

  it('own what the conveyor gives them, also when it gives them something else', async () => {
    const [first, second] = [await start(impatient, [0, 1, 2]), await start(impatient, [3, 4, 5, 6, 7])];
    await eventually(() =>
      expect([owned(first), owned(second)]).toEqual([
        [0, 1, 2],
        [3, 4, 5, 6, 7],
      ]),
    );
    first.conveyor.assign([4, 5, 6, 7]);
    second.conveyor.assign([0, 1, 2, 3]);
    await eventually(() =>
      expect([owned(first), owned(second)]).toEqual([
        [4, 5, 6, 7],
        [0, 1, 2, 3],
      ]),
    );
    await Promise.all(Array.from({ length: 30 }, (_, n) => first.executeAs(system)(new Raise(`counter-${n % 9}`, 1))));
    await expectEqualToReplay(first);
  });

  it('take over from one that dies before the conveyor notices', async () => {
    const [first, second] = [await start(impatient, [0, 1, 2, 3]), await start(impatient, [4, 5, 6, 7])];
    await eventually(() =>
      expect([owned(first), owned(second)]).toEqual([
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ]),
    );
    await second.stop();
    running = [first];
    await eventually(() => expect(owned(first)).toEqual(everyPartition));
    await Promise.all(Array.from({ length: 20 }, (_, n) => first.executeAs(system)(new Raise(`counter-${n}`, 1))));
    first.conveyor.assign(everyPartition);
    await expectEqualToReplay(first);
  });

  it('leave partitions to the conveyor of others when their own is lost, and share fairly when all are', async () => {
    const [first, second] = [await start(impatient, [0, 1, 2, 3]), await start(impatient, [4, 5, 6, 7])];
    await eventually(() =>
      expect([owned(first), owned(second)]).toEqual([
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ]),
    );
    first.conveyor.assign(null);
    second.conveyor.assign(everyPartition);
    await eventually(() => expect([owned(first), owned(second)]).toEqual([[], everyPartition]));
    second.conveyor.assign(null);
    await eventually(() => expect([owned(first).length, owned(second).length]).toEqual([4, 4]));
  });

  it('apply nothing twice when one believes in partitions that it lost', async () => {
    const [first, second] = [await start(patient), await start(patient, [])];
    Object.assign(first.projector.runner, { renew: async () => undefined });
    await database.pool.query('DELETE FROM store.partition_owners');
    second.conveyor.assign(everyPartition);
    await eventually(() => expect(owned(second)).toEqual(everyPartition));
    for (let n = 0; n < 30; n++) await raise(first, `counter-${n % 5}`);
    const log = await conveyedEvents(database.pool);
    await Promise.all([first.conveyor.deliver(log), second.conveyor.deliver(log)]);
    await eventually(async () => expect(await total()).toBe(30));
    await expectEqualToReplay(first);
  });
});

it('does not run a projection whose checkpoint lies beyond the end of the log, also when it is resumed', async () => {
  const process = await start({}, null);
  await process.executeAs(system)(new Raise('counter-1', 1));
  await process.stop();
  running = [];
  await database.pool.query(`UPDATE store.checkpoints SET position = 1000 WHERE projection = $1 AND partition = 0`, [
    counters.versionedName,
  ]);
  const again = await start({}, null);
  const member = () => again.projector.runner.members.find(counters.versionedName)!;
  await eventually(() =>
    expect(member()).toMatchObject({ paused: true, reason: expect.stringContaining('projections rebuild') }),
  );
  await resume(database.pool, counters.versionedName);
  await again.projector.runner.refresh();
  await eventually(async () => {
    const { rows } = await database.pool.query('SELECT state FROM store.projections WHERE name = $1', [
      counters.versionedName,
    ]);
    expect([rows[0].state, member().paused]).toEqual(['paused', true]);
  });
  expect(again.projector.runner.members.all.filter(({ paused }) => paused)).toEqual([member()]);
});

it('ends with what a replay gives, whatever the conveyor drops, repeats and delays', async () => {
  const [first, second] = [await start(impatient, [0, 1, 2, 3]), await start(impatient, [4, 5, 6, 7])];
  let appended = 0;
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), n: fc.integer({ min: 1, max: 6 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('deliver' as const),
        from: fc.double({ min: 0, max: 1, noNaN: true }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.integer({ min: 0, max: 4 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('assign' as const),
        cut: fc.integer({ min: 0, max: 8 }),
        isLost: fc.boolean(),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      for (const one of steps) {
        if (one.kind === 'append') {
          for (let n = 0; n < one.n; n++) await raise(first, streamIdOf('counter', ++appended % 11));
        } else if (one.kind === 'assign') {
          first.conveyor.assign(one.isLost ? null : everyPartition.slice(0, one.cut));
          second.conveyor.assign(everyPartition.slice(one.cut));
        } else {
          const log = await conveyedEvents(database.pool);
          const from = Math.floor(one.from * log.length);
          const part = log
            .slice(from, from + Math.ceil(one.share * log.length))
            .filter((_, n) => one.drop === 0 || n % 5 !== one.drop);
          await Promise.all([first, second].map(({ conveyor }) => conveyor.deliver(part)));
        }
      }
      await eventually(async () => expect(await total()).toBe(appended));
      await expectEqualToReplay(first);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
