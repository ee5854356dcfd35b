import { randomBytes } from 'node:crypto';
import type { Silo } from '../../../src/core/command/silo.js';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import { projection, readTable } from '../../../src/core/projection/index.js';
import { dropProjection, listParked, retryParked, skipEvent } from '../../../src/core/projection/operate.js';
import { rebuildProjection, rollBack, type RebuildPorts } from '../../../src/core/projection/rebuild/rebuild.js';
import { buildStandby } from '../../../src/core/projection/rebuild/build.js';
import { hasStandby } from '../../../src/core/projection/rebuild/standby.js';
import { projectionStatus } from '../../../src/core/projection/status.js';
import { swapIn } from '../../../src/core/projection/rebuild/swap.js';
import { verifyProjection } from '../../../src/core/projection/verify.js';
import {
  bugs,
  counterEvents,
  counters,
  Poison,
  Raise,
  raisesByParity,
  testing,
  type CounterEvent,
} from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { rebuildPorts } from '../../kit/rebuilds.js';

/** What a rebuild makes of the log is what the runner has made of it, also where that is not the rule. */
type NoteRow = { id: string; note: string };

const notes = projection<NoteRow, CounterEvent>({
  table: readTable<NoteRow>({
    name: 'test_notes',
    version: 1,
    columns: { note: { type: 'text' } },
    indices: [{ columns: ['note'] }],
  }),
  events: counterEvents,
  on: { 'test.counter.raised': (event) => ({ id: event.streamId, note: event.data.note ?? '' }) },
});
const silo: Silo = { ...testing, projections: [...testing.projections, notes] };

let database: TestDatabase;
let instance: TestInstance;
let ports: RebuildPorts;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  instance = await startInstance(database.url, [silo], { ring: new KeyRing([generateRingKey()]) });
  ports = rebuildPorts(instance.core, database.pool);
});

afterEach(async () => {
  await instance.stop();
  await database.drop();
});

const raise = (id: string, by = 1, note: string | null = null) => instance.executeAs(system)(new Raise(id, by, note));
const poison = (id: string) =>
  instance
    .executeAs(system)(new Poison(id, 'throw'))
    .catch(() => undefined);
const parkedIn = async (name: string) => (await listParked(database.pool, name)).map(({ streamId }) => streamId);
const differences = async (definition: (typeof testing.projections)[number]) =>
  (await verifyProjection(database.url, instance.core.readPartition, definition)).differences;

it('parks the stream whose value no index takes, as the runner does', async () => {
  await raise('counter-1', 1, 'short');
  await raise('counter-2', 1, randomBytes(8000).toString('base64')).catch(() => undefined);
  await eventually(async () => expect(await parkedIn(notes.versionedName)).toEqual(['counter-2']));
  expect(await rebuildProjection(ports, notes, { workers: 1 })).toMatchObject({ parkedStreams: 1 });
  expect(await parkedIn(notes.versionedName)).toEqual(['counter-2']);
  expect(await differences(notes)).toEqual([]);
});

it.each([counters, raisesByParity])(
  'does not park again what an operator has mended while the table of $name was built',
  async (definition) => {
    await raise('counter-1', 2);
    await poison('counter-1');
    await eventually(async () => expect(await parkedIn(definition.versionedName)).toEqual(['counter-1']));
    await buildStandby(ports, definition, { workers: 1 });

    const [parked] = await listParked(database.pool, definition.versionedName);
    await skipEvent(database.pool, definition.versionedName, parked!.position, 'bad', 'test');
    await retryParked(database.pool, definition, 'counter-1', instance.core.readStream);
    await swapIn(ports, definition, { isBuild: true });
    expect(await parkedIn(definition.versionedName)).toEqual([]);
    expect(await differences(definition)).toEqual([]);
  },
);

it('is not swapped in when what it catches up with parks more streams than the runner bears', async () => {
  await raise('counter-1');
  await buildStandby(ports, counters, { workers: 1 });
  bugs.poison = false;
  for (let stream = 0; stream < 21; stream++) await poison(`counter-${stream}`);
  bugs.poison = true;
  await expect(rebuildProjection(ports, counters, { workers: 1 })).rejects.toThrow(
    'The new table of test_counters_v1 has 21 parked streams.',
  );
  expect(await parkedIn(counters.versionedName)).toEqual([]);
  await rebuildProjection(ports, counters, { workers: 1, acceptParked: true });
  expect(await parkedIn(counters.versionedName)).toHaveLength(21);
});

it('leaves nothing behind that a program without this version could not see and drop', async () => {
  const coming = projection<NoteRow, CounterEvent>({
    table: readTable<NoteRow>({ name: 'test_notes', version: 2, columns: { note: { type: 'text' } } }),
    events: counterEvents,
    on: notes.on,
  });
  await raise('counter-1');
  await buildStandby(ports, coming, { workers: 1 });
  const head = await instance.core.watermark.safeHead();
  expect(await projectionStatus(database.pool, head)).toContainEqual(
    expect.objectContaining({ projection: 'test_notes_v2', standby: 'built' }),
  );
  expect(await dropProjection(database.pool, 'test_notes_v2')).toBe('dropped');
  expect(await hasStandby(database.pool, coming)).toBe(false);
});

it('can be told the next thing at once: whatever it locked is free when it answers', async () => {
  await raise('counter-1');
  await rebuildProjection(ports, counters, { workers: 1 });
  for (let n = 0; n < 20; n++) await rollBack(ports, counters);
  expect(await differences(counters)).toEqual([]);
});
