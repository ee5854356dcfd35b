import { generateRingKey, KeyRing } from '../../src/core/crypto/key-ring.js';
import { partitionOf } from '../../src/core/event-store/partition.js';
import { projection, readTable } from '../../src/core/projection/index.js';
import { listParked, retryParked, skipEvent } from '../../src/core/projection/operate.js';
import { verifyProjection } from '../../src/core/projection/verify.js';
import {
  bugs,
  counters,
  counterAggregate,
  counterEvents,
  Raise,
  raises,
  raisesByParity,
  testing,
  type CounterEvent,
} from '../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../kit/instance.js';

/** What happens around an event that cannot be applied, when it does not come alone. */
let database: TestDatabase;
let instance: TestInstance;
const ring = new KeyRing([generateRingKey()]);

/** Names its rows by what the event says, and so fails before the fold does. */
const byNote = projection<{ id: string }, CounterEvent>({
  table: readTable<{ id: string }>({ name: 'test_by_note', version: 1, columns: {} }),
  events: counterEvents,
  keys: (event) => [`${event.streamId}/${(event.data as { note: string }).note.length}`],
  on: { 'test.counter.raised': (event) => ({ id: `${event.streamId}/${event.data.note!.length}` }) },
});

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  const silo = { ...testing, projections: [...testing.projections, byNote] };
  instance = await startInstance(database.url, [silo], { ring, runner: { maxParkedStreams: 3, renewMs: 100 } });
});

afterEach(async () => {
  await instance.stop();
  await database.drop();
});

const raised = (by: number, note: string | null = 'n'): CounterEvent => ({
  type: 'test.counter.raised',
  data: { by, note },
});
const poisoned: CounterEvent = { type: 'test.counter.poisoned', data: { how: 'throw' } };

/** In one append, so that they come in one page. @returns the position of the last. */
async function append(streamId: string, ...events: CounterEvent[]): Promise<number> {
  const { position } = await instance.core.store.append({
    streams: [
      {
        streamId,
        expected: 'any',
        events: events.map((event) => ({ ...event, schemaVersion: counterAggregate.events[event.type]!.version })),
      },
    ],
    metadata: { actor: system, correlationId: 'x' },
    occurredAt: new Date(),
  });
  instance.projector.runner.wake();
  return position;
}

const applied = (position: number) =>
  eventually(() => {
    for (const member of instance.projector.runner.members.all) {
      for (const { seen } of member.partitions.values()) expect(seen).toBeGreaterThanOrEqual(position);
    }
  });
const counter = async (id: string) =>
  (await database.pool.query('SELECT total::int, raises FROM read.test_counters_v1 WHERE id = $1', [id])).rows[0];
const evens = async () =>
  (
    await database.pool.query(
      `SELECT sum(raises)::int AS raises, sum(total)::int AS total FROM read.test_raises_by_parity_v1`,
    )
  ).rows[0];
const parkedIn = (definition: { versionedName: string }) => listParked(database.pool, definition.versionedName);
const retry = (definition: typeof counters | typeof raisesByParity, id = 'counter-1') =>
  retryParked(database.pool, definition as never, id, instance.core.readStream);
const skip = (definition: { versionedName: string }, position: number) =>
  skipEvent(database.pool, definition.versionedName, position, 'bad', 'test');
async function differences() {
  const found = [];
  for (const definition of testing.projections) {
    found.push(...(await verifyProjection(database.url, instance.core.readPartition, definition)).differences);
  }
  return found;
}

it('parks a stream at the event that fails, and applies what stands before it in the same page', async () => {
  const last = await append('counter-1', raised(2), raised(4), poisoned, raised(6));
  await applied(last);
  for (const definition of [counters, raisesByParity]) {
    expect(await parkedIn(definition)).toMatchObject([{ position: last - 1, eventType: 'test.counter.poisoned' }]);
  }
  expect(await counter('counter-1')).toEqual({ total: 6, raises: 2 });
  expect(await evens()).toEqual({ raises: 2, total: 6 });
  expect(await differences()).toEqual([]);
});

it('moves on to the next bad event when one is skipped, so that each can be skipped in turn', async () => {
  const last = await append('counter-1', raised(2), poisoned, raised(4), poisoned, raised(6));
  await applied(last);
  for (const definition of [counters, raisesByParity]) {
    await skip(definition, last - 3);
    expect(await retry(definition)).toEqual(expect.any(String));
    expect(await parkedIn(definition)).toMatchObject([
      { position: last - 1, eventType: 'test.counter.poisoned', attempts: 2 },
    ]);
  }
  expect(await counter('counter-1')).toEqual({ total: 6, raises: 2 });
  expect(await evens()).toEqual({ raises: 2, total: 6 });
  expect(await differences()).toEqual([]);

  for (const definition of [counters, raisesByParity]) {
    await skip(definition, last - 1);
    expect(await retry(definition)).toBeNull();
  }
  expect(await counter('counter-1')).toEqual({ total: 12, raises: 3 });
  expect(await evens()).toEqual({ raises: 3, total: 12 });
  expect(await differences()).toEqual([]);
});

it('adds sums once, however many operators retry at the same moment', async () => {
  const last = await append('counter-1', poisoned, raised(2), raised(4));
  await applied(last);
  bugs.poison = false;
  const results = await Promise.all([retry(raisesByParity), retry(raisesByParity), retry(raisesByParity)]);
  expect(results.filter((result) => result === null)).toHaveLength(1);
  expect(results.filter((result) => result === undefined)).toHaveLength(2);
  expect(await evens()).toEqual({ raises: 2, total: 6 });
});

it('parks only the stream whose rows cannot be named', async () => {
  await applied(await append('counter-1', raised(1, null)));
  await applied(await append('counter-2', raised(1, 'four')));
  await eventually(async () => expect(await parkedIn(byNote)).toMatchObject([{ streamId: 'counter-1' }]));
  await eventually(async () => {
    expect((await database.pool.query('SELECT id FROM read.test_by_note_v1')).rows).toEqual([{ id: 'counter-2/4' }]);
  });
});

it('tells other processes that it paused a projection', async () => {
  const other = await startInstance(database.url, [testing], { ring, runner: { maxParkedStreams: 3, renewMs: 100 } });
  try {
    await eventually(() => expect(other.projector.runner.ownedPartitions).toHaveLength(4));
    // All bad streams lie in partitions of one process, so the other hears of it only by being told.
    const mine = instance.projector.runner.ownedPartitions;
    const ids = Array.from({ length: 40 }, (_, n) => `counter-${n}`).filter((id) => mine.includes(partitionOf(id, 8)));
    for (const id of ids.slice(0, 5)) await append(id, poisoned);
    await eventually(() => {
      for (const { projector } of [instance, other]) {
        expect(projector.runner.members.find(counters.versionedName)).toMatchObject({
          paused: true,
          reason: 'more than 3 parked streams',
        });
      }
    });
    expect(other.projector.runner.members.find(raises.versionedName)!.paused).toBe(false);
  } finally {
    await other.stop();
  }
});

it('goes on with new connections when a table was altered under its prepared statements', async () => {
  const execute = instance.executeAs(system);
  // Enough at once that every connection has prepared its statements.
  for (let round = 0; round < 5; round++)
    await Promise.all(Array.from({ length: 20 }, (_, n) => execute(new Raise(`counter-${n}`, 1, 'n'))));
  await database.pool.query('ALTER TABLE read.test_counters_v1 ALTER COLUMN raises TYPE bigint');
  await execute(new Raise('counter-1', 2, 'n'));
  expect(await counter('counter-1')).toMatchObject({ total: 7 });
});
