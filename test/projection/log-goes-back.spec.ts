import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { executeFor } from '../../src/core/command/dispatcher.js';
import type { RunnerOptions } from '../../src/core/projection/ports.js';
import { readStates } from '../../src/core/projection/checkpoints.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import { counters, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { emptyLog } from '../kit/empty-log.js';
import { eventually } from '../kit/eventually.js';
import { conveyedEvents, FakeConveyor } from '../kit/fake-conveyor.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

/** A backup is restored beneath processes that remember more than it holds. */
const ring = new KeyRing([generateRingKey()]);
const everyPartition = [0, 1, 2, 3, 4, 5, 6, 7];
/** Where the log ends is not looked at. */
const still = { patienceMs: 1e9, lookMs: 1e9, flushMs: 1e9 };

type Process = TestInstance & { conveyor: FakeConveyor };

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

async function start(assigned: number[], runner: Partial<RunnerOptions>): Promise<Process> {
  const conveyor = new FakeConveyor();
  const instance = await startInstance(database.url, [testing], { ring, runner, conveyor: () => conveyor });
  const process = { ...instance, conveyor };
  running.push(process);
  conveyor.assign(assigned);
  await process.projector.runner.refresh();
  return process;
}

/** Appends without waiting for any read model. */
async function raise(process: Process, id: string): Promise<void> {
  const meta = () => ({ actor: system, now: new Date(), correlationId: 'x' });
  await executeFor(meta, (command) => process.core.dispatcher(null).run(command))(new Raise(id, 1));
}

it('a projection is not refused for a checkpoint that only a process remembers', async () => {
  const first = await start(everyPartition, still);
  const second = await start([], still);
  for (let n = 0; n < 12; n++) await raise(first, `counter-${n}`);
  // Far ahead of the other partitions, in which nothing was brought.
  const log = await conveyedEvents(database.pool);
  const { partition } = log.at(-1)!;
  await first.conveyor.deliver(log.filter((event) => event.partition === partition));
  const member = first.projector.runner.members.find(counters.versionedName)!;
  await eventually(() => expect(member.partitions.get(partition)!.stored).toBe(log.at(-1)!.position));

  await emptyLog(database.adminUrl, testing.projections);
  const [given, ...kept] = everyPartition.filter((each) => each !== partition);
  first.conveyor.assign([partition, ...kept]);
  second.conveyor.assign([given!]);
  await second.projector.runner.refresh();
  await first.projector.runner.refresh();
  await second.projector.runner.refresh();
  expect(first.projector.runner.ownedPartitions).not.toContain(given);
  const states = await readStates(database.pool, [counters.versionedName]);
  expect(states.get(counters.versionedName)).toEqual({ state: 'running', reason: null });
  expect(member.paused).toBe(false);

  for (const { conveyor } of [first, second]) conveyor.assign(null);
  for (let n = 0; n < 12; n++) await first.executeAs(system)(new Raise(`counter-${n}`, 1));
  const verified = await verifyProjection(database.url, first.core.readPartition, counters);
  expect(verified.differences).toEqual([]);
});

it('a wait for a projection that is refused fails, here and in another process, also below its checkpoint', async () => {
  const first = await start(everyPartition, {});
  const second = await start([], {});
  await first.executeAs(system)(new Raise('counter-1', 1));
  await database.pool.query(
    'UPDATE store.checkpoints SET position = 1000, generation = generation + 1 WHERE projection = $1',
    [counters.versionedName],
  );
  await first.projector.runner.refresh();
  await second.projector.runner.refresh();
  for (const process of [first, second])
    await expect(process.executeAs(system)(new Raise('counter-1', 1))).rejects.toMatchObject({
      code: 'COMMITTED_NOT_VISIBLE',
      details: { projection: counters.versionedName, cause: 'paused' },
    });
});
