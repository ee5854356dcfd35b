import type { Execute } from '../../../src/core/command/dispatcher.js';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import type { Projection } from '../../../src/core/projection/definition.js';
import { listParked, skipEvent } from '../../../src/core/projection/operate.js';
import type { BuildPorts } from '../../../src/core/projection/rebuild/ports.js';
import { bugs, Close, counters, Poison, Raise, raises, raisesByParity, testing } from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { appendRequest, to } from '../../kit/event-store.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { rebuildPorts, freshBuild, tableText } from '../../kit/rebuilds.js';

let database: TestDatabase;
let instance: TestInstance;
let execute: Execute;
let ports: BuildPorts;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  instance = await startInstance(database.url, [testing], { ring: new KeyRing([generateRingKey()]) });
  execute = instance.executeAs(system);
  ports = rebuildPorts(instance.core, database.pool);
});

afterEach(async () => {
  await instance.stop();
  await database.drop();
});

async function expectSameAsLive(definition: Projection): Promise<void> {
  const live = await tableText(database, definition);
  expect(await tableText(database, definition, 'standby')).toEqual(live);
}

const parkedOf = async (name: string) =>
  (await listParked(database.pool, name)).map(({ streamId, position, error }) => ({ streamId, position, error }));

/** Writes by many streams without waiting for the read models, then waits for all of them. */
async function fill(streams: number, raisesOf: (stream: number) => number): Promise<void> {
  for (let stream = 0; stream < streams; stream++)
    for (let n = 0; n < raisesOf(stream); n++)
      await execute(new Raise(`counter-${stream}`, stream + n + 1, 'tab\tline\nback\\slash \\N \uFEFF é \u{1F600}'));
}

it('builds rows, rows with keys and sums that equal the live ones', async () => {
  await fill(40, (stream) => stream % 5);
  await execute(new Close('counter-3'));
  await execute(new Close('counter-4'));
  await execute(new Raise('counter-4', 7, ''));
  for (const definition of [counters, raises, raisesByParity]) {
    const report = await freshBuild(ports, definition);
    expect(report).toMatchObject({ by: 'handlers', parkedStreams: 0, resumedParts: 0, parts: 8 });
    await expectSameAsLive(definition);
  }
});

it('reads a large partition in slices of whole streams', async () => {
  await fill(40, () => 2);
  await execute(new Poison('counter-7', 'null-column')).catch(() => undefined);
  for (const definition of [counters, raises, raisesByParity]) {
    expect(await freshBuild(ports, definition, { eventsPerPart: 4, workers: 4 })).toMatchObject({ parts: 24 });
    await expectSameAsLive(definition);
  }
});

it('builds empty tables from an empty log, and goes on from there', async () => {
  for (const definition of [counters, raises, raisesByParity]) {
    expect(await freshBuild(ports, definition)).toMatchObject({ events: 0, parkedStreams: 0 });
    await expectSameAsLive(definition);
  }
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS n FROM store.checkpoints WHERE projection = 'standby:test_counters_v1' AND position = 0`,
  );
  expect(rows).toEqual([{ n: 8 }]);
});

it.each(['throw', 'null-column', 'no-column'] as const)(
  'parks the streams that the runner parked, at the same event, and keeps what is before it: %s',
  async (how) => {
    await fill(12, () => 2);
    for (const stream of ['counter-3', 'counter-4', 'counter-fresh']) {
      await execute(new Poison(stream, how)).catch(() => undefined);
      // A raise would make a row whole again that lacks a column: whether that is in time depends on where batches end.
      if (how === 'throw') await execute(new Raise(stream, 1)).catch(() => undefined);
    }
    await eventually(async () => expect(await parkedOf('test_counters_v1')).toHaveLength(3));
    for (const definition of [counters, raisesByParity]) {
      expect(await freshBuild(ports, definition)).toMatchObject({ parkedStreams: 3 });
      await expectSameAsLive(definition);
      const byStream = (a: { streamId: string }, b: { streamId: string }) => (a.streamId < b.streamId ? -1 : 1);
      expect((await parkedOf(`standby:${definition.versionedName}`)).sort(byStream)).toEqual(
        (await parkedOf(definition.versionedName)).sort(byStream),
      );
    }
  },
);

it('passes over what an operator skipped', async () => {
  await fill(4, () => 2);
  await execute(new Poison('counter-1', 'throw')).catch(() => undefined);
  const [parked] = await eventually(async () => {
    const found = await parkedOf('test_counters_v1');
    expect(found).toHaveLength(1);
    return found;
  });
  await skipEvent(database.pool, 'test_counters_v1', parked!.position, 'a bug', 'test');
  expect(await freshBuild(ports, counters)).toMatchObject({ parkedStreams: 0 });
});

it('ends when it would park more streams than the runner bears, and has not written them', async () => {
  await fill(30, () => 1);
  bugs.poison = false;
  for (let stream = 0; stream < 30; stream++) await execute(new Poison(`counter-${stream}`, 'throw'));
  bugs.poison = true;
  for (const definition of [counters, raisesByParity]) {
    await expect(freshBuild(ports, definition)).rejects.toThrow(/more than 20 parked streams, such as counter-\d+ at/);
    expect((await parkedOf(`standby:${definition.versionedName}`)).length).toBeLessThanOrEqual(20);
    expect(await freshBuild(ports, definition, { maxParkedStreams: 30 })).toMatchObject({ parkedStreams: 30 });
  }
});

it('folds streams that are longer than what is read at once, and written in turns', async () => {
  const streams = Array.from({ length: 12 }, (_, n) => `counter-${n}`);
  for (const stream of streams) await execute(new Raise(stream, 1, 'é'));
  const raised = (by: number) => ({
    type: 'test.counter.raised',
    schemaVersion: 1,
    data: { by, note: 'é'.repeat(by % 50) },
  });
  const eighty = Array.from({ length: 80 }, (_, n) => raised(n + 1));
  for (let turn = 0; turn < 8; turn++)
    await instance.core.store.append(appendRequest(streams.map((stream) => to(stream, 'exists', ...eighty))));
  for (const stream of streams.slice(1)) await execute(new Close(stream));
  await execute(new Raise('counter-2', 1));
  await eventually(async () =>
    expect(await tableText(database, raises)).toHaveLength(streams.length * (1 + 8 * eighty.length) + 1),
  );
  for (const definition of [counters, raises, raisesByParity]) {
    await freshBuild(ports, definition);
    await expectSameAsLive(definition);
  }
});
