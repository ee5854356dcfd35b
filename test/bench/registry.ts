import pg from 'pg';
import { registry } from '../../src/registry/registry.silo.js';
import { startProgram } from '../kit/program.js';
import { serverEnvironment } from '../kit/server.js';
import { HttpClient } from './http-client.js';
import { CONNECTIONS, inTurns, loadRow, type Point, type Round } from './http-load.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { fillRegistry } from './registry-log.js';
import { measurePublishes } from './registry-publish.js';
import { registryReads } from './registry-reads.js';
import { count, type Row } from './report.js';
import { serveFilled, type Standing } from './served.js';
import { median } from './statistics.js';

/** The point that other servers are asked for, too. */
const COMPARED = '25 packages';

/** What clients ask of a registry of many packages, publishes at once, and how long its read models take from the first event. */
export async function measureRegistry(options: BenchOptions): Promise<Row[]> {
  const { quick } = options;
  // A tenth of the packages, as many as there are owners in a real registry.
  const size = { ...options.registry, namespaces: Math.ceil(options.registry.packages / 10) };
  const admin = new pg.Pool({ connectionString: process.env.WAYBILL_TEST_POSTGRES, max: 1 });
  const rebuilt: Row[] = [];
  const served = await serveFilled(async (standing) => {
    await fillRegistry(standing.database.pool, size);
    rebuilt.push(...(await rebuildAll(standing)));
  });
  const anonymous = new HttpClient(served.server.url, undefined, CONNECTIONS);
  const others = besidePoints(options);
  try {
    const points = [...registryReads(anonymous, served.server.pid, size), ...others];
    const rounds = await inTurns(points, { quick, rounds: 5, postgresMicros: await microsOfPostgres(admin) });
    const rows = points.map((point, index) => loadRow('registry', point.name, rounds[index]!));
    const page = points.findIndex(({ name }) => name === COMPARED);
    const ratios = others.map((other) => {
      const index = points.indexOf(other);
      return ratioRow(other.name, rounds[page]!, rounds[index]!);
    });
    return [...rows, ...ratios, await measurePublishes(served, quick), ...rebuilt];
  } finally {
    for (const { client } of others) client.close();
    anonymous.close();
    await served.stop();
    await admin.end();
  }
}

/** By the program itself, in a process of its own. */
async function rebuildAll({ database, dataDir }: Standing): Promise<Row[]> {
  const rows: Row[] = [];
  // Owners first, which is not measured: packages are shown with them.
  for (const name of ['namespaces', ...registry.projections.map((projection) => projection.name)]) {
    const startedAt = performance.now();
    const program = startProgram(['projections', 'rebuild', name, '--json'], {
      env: serverEnvironment(dataDir, database),
      cwd: dataDir,
    });
    const { code } = await program.exited;
    if (code !== 0) throw new Error(`The rebuild of ${name} ended with ${code}:\n${program.stderr()}`);
    const seconds = (performance.now() - startedAt) / 1000;
    const { events } = JSON.parse(program.stdout().trim().split('\n').at(-1)!) as { events: number };
    rows.push(rebuiltRow(name, events, seconds));
  }
  return rows.slice(1);
}

function rebuiltRow(name: string, events: number, seconds: number): Row {
  return {
    part: 'registry',
    point: `rebuild of ${name}`,
    figure: `${count(events / seconds)} events/s`,
    beside: `${count(events)} events in ${seconds.toFixed(1)} s, start and end of the process included`,
    load: loadNow(),
    data: { events, seconds },
  };
}

function besidePoints({ beside, besideRequest }: BenchOptions): Point[] {
  return beside.map(({ name, url, pid }) => ({
    name: `${COMPARED}, ${name}`,
    client: new HttpClient(url, undefined, CONNECTIONS),
    pid,
    request: () => besideRequest!,
    right: (data) => data !== null,
  }));
}

/** Total CPU time, Postgres included, round by round: what else the machine does meets both. */
function ratioRow(name: string, ours: Round[], theirs: Round[]): Row {
  const total = ({ server, postgres }: Round) => server + postgres;
  const ratio = median(ours.map((round, n) => total(round) / total(theirs[n]!)));
  return {
    part: 'registry',
    point: `${name}: Waybill's CPU`,
    figure: `${ratio.toFixed(3)} of that`,
    beside: `${count(1 / ratio)} times less`,
    load: loadNow(),
    data: { ratio },
  };
}
