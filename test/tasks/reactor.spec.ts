import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import type { Definition } from '../../src/core/projection/definition.js';
import { listParked, retryParked, skipEvent } from '../../src/core/projection/operate.js';
import { dropJob, listJobs } from '../../src/core/tasks/jobs.js';
import type { Reactor } from '../../src/core/reactor/reactor.js';
import { bugs, Poison, Raise, testing } from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';
import { NoteLaterRaises, NoteRaises, noteRaise, NoteTwiceInOrder } from '../kit/reactions.js';

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

async function start(...reactors: Reactor[]): Promise<TestInstance> {
  const silo = { ...testing, reactors, tasks: [noteRaise] };
  const instance = await startInstance(database.url, [silo], { ring, runner: { renewMs: 100 } });
  running.push(instance);
  return instance;
}

async function stop(instance: TestInstance): Promise<void> {
  await instance.stop();
  running = running.filter((other) => other !== instance);
}

const raise = (instance: TestInstance, id: string, by: number) => instance.executeAs(system)(new Raise(id, by));
const jobs = () => listJobs(database.pool, { onlyFailed: false, limit: 1000 });
const keys = async () => (await jobs()).map(({ key }) => key);
const keyOf = (definition: Reactor, { position }: { position: number }) => `reactor:${definition.name}:${position}`;

/** Until the reactor has passed a position in the partition of its stream. */
const reacted = (definition: Definition, position: number) =>
  eventually(() => {
    const seen = running.flatMap(({ projector }) =>
      [...projector.runner.members.find(definition.versionedName)!.partitions.values()].map(
        (progress) => progress.seen,
      ),
    );
    expect(seen).toHaveLength(8);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(position);
  });

it('adds a job for an event, with its ids and a key that names both', async () => {
  const instance = await start(NoteRaises);
  const raised = await raise(instance, 'counter-1', 7);
  const nothing = await raise(instance, 'counter-1', -1);
  await reacted(NoteRaises, nothing.position);
  expect(await jobs()).toMatchObject([
    {
      task: 'test/note-raise',
      state: 'waiting',
      attempts: 0,
      maxAttempts: 3,
      key: keyOf(NoteRaises, raised),
      queue: null,
    },
  ]);
  const { rows } = await database.pool.query('SELECT payload FROM graphile_worker._private_jobs');
  expect(rows).toEqual([{ payload: { counter: 'counter-1', version: 1, by: 7 } }]);
});

it('adds each job once, over restarts and whatever happens between', async () => {
  let last = 0;
  for (let round = 0; round < 3; round++) {
    const instance = await start(NoteRaises);
    const all = await Promise.all(Array.from({ length: 10 }, (_, n) => raise(instance, `counter-${n}`, 1)));
    last = Math.max(...all.map(({ position }) => position));
    if (round < 2) await stop(instance);
  }
  await reacted(NoteRaises, last);
  expect(await keys()).toHaveLength(30);
  expect(new Set(await keys()).size).toBe(30);
});

it('adds each job once when a zombie goes on with partitions that are not its own any more', async () => {
  const [first, second] = [await start(NoteRaises), await start(NoteRaises)];
  const owned = ({ projector }: TestInstance) => projector.runner.ownedPartitions.length;
  await eventually(() => expect([owned(first), owned(second)]).toEqual([4, 4]));
  Object.assign(second.projector.runner, { renew: async () => undefined });
  await database.pool.query('DELETE FROM store.partition_owners');
  await eventually(() => expect(owned(first)).toBe(8));
  await Promise.all(Array.from({ length: 40 }, (_, n) => raise(first, `counter-${n % 10}`, 1)));
  await eventually(async () => expect(await jobs()).toHaveLength(40));
  // Both have seen all by now, and only one of them could move a checkpoint.
  await Promise.all([first, second].map(({ projector }) => projector.runner.refresh()));
  expect(new Set(await keys()).size).toBe(40);
});

it('adds jobs and moves on in one transaction: when the one cannot be, the other is not', async () => {
  const instance = await start(NoteRaises);
  await database.pool.query('ALTER FUNCTION graphile_worker.add_job RENAME TO add_job_away');
  const { position, streamId } = await raise(instance, 'counter-1', 1);
  await eventually(() =>
    expect(instance.logged).toContainEqual(expect.objectContaining({ message: 'projection will try again' })),
  );
  const checkpoint = `SELECT max(position)::int AS position FROM store.checkpoints WHERE projection = 'NoteRaises'`;
  expect((await database.pool.query(checkpoint)).rows[0].position).toBeLessThan(position);
  expect(await listParked(database.pool)).toEqual([]);
  await database.pool.query('ALTER FUNCTION graphile_worker.add_job_away RENAME TO add_job');
  await eventually(async () => expect(await keys()).toEqual([keyOf(NoteRaises, { position })]));
  expect(streamId).toBe('counter-1');
});

describe('from', () => {
  it('now: leaves what happened before it was there, and goes on where it stood after a pause', async () => {
    const before = await start();
    await raise(before, 'counter-1', 1);
    await stop(before);
    const first = await start(NoteLaterRaises);
    const one = await raise(first, 'counter-1', 2);
    await reacted(NoteLaterRaises, one.position);
    await stop(first);
    // An older program, or one without the reactor, went on meanwhile.
    const between = await start();
    const two = await raise(between, 'counter-1', 3);
    await stop(between);
    const last = await start(NoteLaterRaises);
    const three = await raise(last, 'counter-2', 4);
    await reacted(NoteLaterRaises, three.position);
    const expected = [one, two, three].map((event) => keyOf(NoteLaterRaises, event));
    expect((await keys()).toSorted()).toEqual(expected.toSorted());
  });

  it('beginning: takes the whole log', async () => {
    const before = await start();
    const one = await raise(before, 'counter-1', 1);
    await stop(before);
    await start(NoteRaises);
    await reacted(NoteRaises, one.position);
    expect(await keys()).toEqual([keyOf(NoteRaises, one)]);
  });
});

describe('an event that a reactor cannot bear', () => {
  it('parks its stream in that reactor, and nothing else; a retry adds what is missing and nothing twice', async () => {
    const instance = await start(NoteRaises);
    const one = await raise(instance, 'counter-1', 1);
    await instance
      .executeAs(system)(new Poison('counter-1', 'throw'))
      .catch(() => undefined);
    await eventually(async () =>
      expect(await listParked(database.pool, 'NoteRaises')).toMatchObject([
        { streamId: 'counter-1', eventType: 'test.counter.poisoned' },
      ]),
    );
    await raise(instance, 'counter-1', 2).catch(() => undefined);
    const other = await raise(instance, 'counter-2', 3);
    await eventually(async () => expect(await keys()).toEqual([one, other].map((event) => keyOf(NoteRaises, event))));

    // The first is done meanwhile, and a retry must not make it again.
    await dropJob(database.pool, (await jobs())[0]!.id);
    bugs.poison = false;
    expect(await retryParked(database.pool, NoteRaises, 'counter-1', instance.core.readStream)).toBeNull();
    expect(await listParked(database.pool, 'NoteRaises')).toEqual([]);
    // What the checkpoint had not passed yet comes by the runner.
    await eventually(async () => expect(await keys()).toHaveLength(2));
    expect(await keys()).toEqual([keyOf(NoteRaises, other), expect.stringMatching(/^reactor:NoteRaises:\d+$/)]);
  });

  it('is passed over for ever when it is skipped', async () => {
    const instance = await start(NoteRaises);
    await instance
      .executeAs(system)(new Poison('counter-1', 'throw'))
      .catch(() => undefined);
    const [parked] = await eventually(async () => {
      const found = await listParked(database.pool, 'NoteRaises');
      expect(found).toHaveLength(1);
      return found;
    });
    await skipEvent(database.pool, 'NoteRaises', parked!.position, 'bad', 'test');
    expect(await retryParked(database.pool, NoteRaises, 'counter-1', instance.core.readStream)).toBeNull();
    await raise(instance, 'counter-1', 1).catch(() => undefined);
    await eventually(async () => expect(await jobs()).toHaveLength(1));
  });
});

it('never makes a mutation or the start wait', async () => {
  const instance = await start(NoteRaises);
  await database.pool.query('ALTER FUNCTION graphile_worker.add_job RENAME TO add_job_away');
  await raise(instance, 'counter-1', 1);
  await stop(instance);
  const again = await start(NoteRaises);
  await eventually(() => expect(again.projector.runner.caughtUp).toBe(true));
  const progress = [...again.projector.runner.members.find('NoteRaises')!.partitions.values()];
  expect(progress.some(({ live }) => !live)).toBe(true);
  await database.pool.query('ALTER FUNCTION graphile_worker.add_job_away RENAME TO add_job');
  await eventually(async () => expect(await jobs()).toHaveLength(1));
});

it('gives jobs of one stream a queue and an order when it says so, and several jobs of one event a key each', async () => {
  const instance = await start(NoteTwiceInOrder);
  // In one append, so that they are added by one statement.
  const { position } = await instance.core.store.append({
    streams: [
      {
        streamId: 'counter-1',
        expected: 'none',
        events: Array.from({ length: 20 }, (_, n) => ({
          type: 'test.counter.raised',
          schemaVersion: 1,
          data: { by: n, note: null },
        })),
      },
    ],
    metadata: { actor: system, correlationId: 'x' },
    occurredAt: new Date(),
  });
  instance.projector.runner.wake();
  await reacted(NoteTwiceInOrder, position);
  const { rows } = await database.pool.query(
    `SELECT p.payload ->> 'by' AS by, p.run_at::text AS due, j.queue_name AS queue, j.key FROM graphile_worker._private_jobs p JOIN graphile_worker.jobs j USING (id)
     ORDER BY p.priority, p.run_at`,
  );
  expect(new Set(rows.map((row) => row.due)).size).toBe(40);
  expect(rows.map((row) => Number(row.by))).toEqual(Array.from({ length: 20 }, (_, n) => [n, n + 100]).flat());
  expect(new Set(rows.map((row) => row.queue))).toEqual(
    new Set([expect.stringMatching(/^reactor:NoteTwiceInOrder:[0-7]$/)]),
  );
  expect(rows.slice(-2).map((row) => row.key)).toEqual([
    `reactor:NoteTwiceInOrder:${position}`,
    `reactor:NoteTwiceInOrder:${position}:1`,
  ]);
});
