import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { executeFor } from '../../src/core/command/dispatcher.js';
import type { ConveyedEvent } from '../../src/core/feed/conveyor.js';
import type { RunnerOptions } from '../../src/core/projection/ports.js';
import { counters, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { conveyedEvents, FakeConveyor } from '../kit/fake-conveyor.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

/** What goes wrong beside a conveyor that works: one partition's trouble while others are busy, and failures at a bad moment. */
const ring = new KeyRing([generateRingKey()]);
const everyPartition = [0, 1, 2, 3, 4, 5, 6, 7];
const patient = { patienceMs: 1e9, lookMs: 10 };

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

async function start(runner: Partial<RunnerOptions>, assigned: number[] | null = everyPartition): Promise<Process> {
  const conveyor = new FakeConveyor();
  const instance = await startInstance(database.url, [testing], {
    ring,
    runner: { pollMs: 10, renewMs: 50, ...runner },
    conveyor: () => conveyor,
  });
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

/** Some events of one partition, delivered one by one without a pause, so that there is always one more than is being applied. */
function busyWith(process: Process, events: ConveyedEvent[]) {
  let delivered = 0;
  const ended = (async () => {
    for (const event of events) {
      await process.conveyor.deliver([event]);
      delivered++;
    }
  })();
  return { ended, isOver: () => delivered === events.length };
}

it('reads other partitions from the store while the conveyor brings one without a pause', async () => {
  const process = await start({ ...patient, pageSize: 1 });
  for (let n = 0; n < 150; n++) await raise(process, 'counter-busy');
  const log = await conveyedEvents(database.pool);
  const { partition } = log[0]!;
  process.conveyor.assign([partition]);
  const other = await streamBeside(process, partition);
  const { isOver, ended } = busyWith(process, log);
  await process.executeAs(system)(new Raise(other, 1));
  expect(isOver()).toBe(false);
  await ended;
});

/** A stream of another partition, with one event. */
async function streamBeside(process: Process, partition: number): Promise<string> {
  for (let n = 0; ; n++) {
    await raise(process, `counter-${n}`);
    if ((await conveyedEvents(database.pool)).at(-1)!.partition !== partition) return `counter-${n}`;
  }
}

it('knows another future also by an event that lies behind a hole', async () => {
  const process = await start(patient);
  await raise(process, 'counter-1');
  const [first] = await conveyedEvents(database.pool);
  await process.conveyor.deliver([first!]);
  await process.conveyor.deliver([{ ...first!, position: 99, predecessor: 98, streamVersion: 2 }]);
  await eventually(() => expect(process.projector.runner.refusal).toContain('waybill events fence'));
});

it('goes on at once when a conveyor that it refuses is slow to end', async () => {
  const process = await start(patient);
  process.conveyor.stop = () => new Promise((resolve) => (process.conveyor.start = () => resolve()));
  await raise(process, 'counter-1');
  const [first] = await conveyedEvents(database.pool);
  await process.conveyor.deliver([{ ...first!, position: 99 }]);
  await eventually(() => expect(process.projector.runner.refusal).not.toBeNull());
  await process.executeAs(system)(new Raise('counter-1', 1));
  process.conveyor.start(undefined as never);
  process.conveyor.stop = () => Promise.resolve();
});

it('tells the other processes that a projection is refused', async () => {
  const [first, second] = [await start({}, [0, 1, 2, 3]), await start({}, [4, 5, 6, 7])];
  await eventually(() => expect(second.projector.runner.ownedPartitions).toEqual([4, 5, 6, 7]));
  await database.pool.query(
    'UPDATE store.checkpoints SET position = 1000, generation = generation + 1 WHERE projection = $1 AND partition = 0',
    [counters.versionedName],
  );
  first.projector.runner.reload();
  const paused = (process: Process) => process.projector.runner.members.find(counters.versionedName)!.paused;
  await eventually(() => expect([first, second].map(paused)).toEqual([true, true]));
});

it('does not begin with a conveyor when it cannot begin at all', async () => {
  const conveyor = new FakeConveyor();
  const process = await startInstance(database.url, [testing], { ring, conveyor: () => conveyor, starts: false });
  await database.pool.query('ALTER TABLE store.checkpoints RENAME TO elsewhere');
  await expect(process.projector.start()).rejects.toThrow('checkpoints');
  expect(() => conveyor.assign([0])).toThrow();
  await process.stop();
});
