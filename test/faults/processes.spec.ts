import { watchOrder } from '../kit/audit.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { judge } from '../kit/judgement.js';
import { answersMore, type Load } from '../kit/load.js';
import { isForgotten, startTopology, type Topology } from '../kit/topology.js';

/** A service of several processes, of which one after the other dies or stands still under load. The store alone carries the events. */
let database: TestDatabase;
let service: Topology;
const loads: Load[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const roles = { api: 'api', 'projector-1': 'projector', 'projector-2': 'projector', worker: 'worker' };
  service = await startTopology(database, roles);
  await watchOrder(database.url);
});

afterAll(async () => {
  await service?.stop();
  await database.drop();
});

/** Runs a load while something happens, and judges when all is quiet. */
async function under(prefix: string, happens: (load: Load) => Promise<void>): Promise<Load> {
  const load = await service.startLoad(prefix);
  loads.push(load);
  await answersMore(load, 50);
  await happens(load);
  await load.stop();
  expect(await judge(service, loads)).toEqual([]);
  return load;
}

it.each(['projector-1', 'worker'])('kill -9 of %s: the others do its work, and no request fails', async (name) => {
  const load = await under(name.replaceAll('-', ''), async (load) => {
    await service.kill(name);
    await answersMore(load, 200);
    await service.start(name);
    await answersMore(load, 50);
  });
  expect(load.failures).toEqual([]);
});

it('kill -9 of the API: what was on its way is sent again with its key, and is done once', async () => {
  const load = await under('api', async (load) => {
    await service.kill('api');
    await service.start('api');
    await answersMore(load, 50);
  });
  expect(new Set(load.failures.map(({ reason }) => reason)).size).toBeGreaterThan(0);
});

it('a projector stands still until it has lost its partitions, and wakes up: it writes nothing wrong', async () => {
  await under('zombie', async (load) => {
    const zombie = service.process('projector-1');
    service.freeze('projector-1');
    await isForgotten(database.url, zombie);
    await answersMore(load, 50);
    service.thaw('projector-1');
    await answersMore(load, 100);
  });
});
