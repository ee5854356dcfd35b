import { namespaceRows } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { tableName } from '../../src/core/projection/ddl.js';
import { watchOrder } from '../kit/audit.js';
import { eventually } from '../kit/eventually.js';
import { judge } from '../kit/judgement.js';
import { answersMore, type Load } from '../kit/load.js';
import { startPrivatePostgres, type PrivatePostgres } from '../kit/private-postgres.js';
import { runProgram } from '../kit/program.js';
import { serverEnvironment } from '../kit/server.js';
import { mayMount, putOnSmallDisk } from '../kit/small-disk.js';
import { startTopology, type Topology } from '../kit/topology.js';

/** The database goes away under a service of several processes. */
let postgres: PrivatePostgres;
let service: Topology;
const loads: Load[] = [];

beforeAll(async () => {
  postgres = await startPrivatePostgres();
  await runProgram(['migrate'], serverEnvironment(postgres.dataDir, postgres));
  service = await startTopology(postgres, {
    api: 'api',
    'projector-1': 'projector',
    'projector-2': 'projector,worker',
  });
  await watchOrder(postgres.url);
});

afterAll(async () => {
  await service?.stop();
  await postgres.drop();
});

const canMount = mayMount();
if (!canMount) console.warn('SKIPPED, for no file system can be mounted here: a full disk.');
const withSmallDisk = canMount ? it : it.skip;

it.each([
  { how: 'is restarted', end: () => postgres.stop() },
  { how: 'is killed with -9', end: () => postgres.kill() },
])('$how under load, twice: no process ends, and all goes on where it stood', async ({ how, end }) => {
  const load = await service.startLoad(how.split(' ')[1]!);
  loads.push(load);
  for (let round = 0; round < 2; round++) {
    await answersMore(load, 100);
    await end();
    await postgres.start();
  }
  await answersMore(load, 100);
  await load.stop();
  expect(await judge(service, loads)).toEqual([]);
  expect(service.names()).toHaveLength(3);
});

withSmallDisk(
  'the disk of a read table is full: nothing is parked, and when there is space again all goes on',
  async () => {
    const disk = await putOnSmallDisk(postgres, tableName(namespaceRows));
    try {
      await disk.fill();
      const load = await service.startLoad('full', { pauseMs: 0 });
      loads.push(load);
      const outputs = () => service.names().map((name) => service.process(name).output());
      await eventually(() =>
        expect(outputs().join('')).toContain('No space left on device","msg":"projection will try again'),
      );
      expect(load.failures.filter(({ reason }) => reason !== 'COMMITTED_NOT_VISIBLE')).toEqual([]);
      await disk.free();
      await answersMore(load, 100);
      await load.stop();
    } finally {
      await disk.remove();
    }
    expect(await judge(service, loads)).toEqual([]);
  },
);
