import type { Execute } from '../../../src/core/command/dispatcher.js';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import type { Projection } from '../../../src/core/projection/definition.js';
import { listParked, skipEvent } from '../../../src/core/projection/operate.js';
import type { BuildPorts } from '../../../src/core/projection/rebuild/ports.js';
import { bugs, Close, counters, Poison, Raise, raises, raisesByParity, testing } from '../../kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { buildPorts, freshBuild, tableText } from '../../kit/rebuilds.js';

let database: TestDatabase;
let instance: TestInstance;
let execute: Execute;
let ports: BuildPorts;

beforeEach(async () => {
  bugs.poison = true;
  database = await createTestDatabase();
  instance = await startInstance(database.url, [testing], { ring: new KeyRing([generateRingKey()]) });
  execute = instance.executeAs(system);
  ports = buildPorts(instance.core, database.pool);
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
