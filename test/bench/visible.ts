import { createTestDatabase } from '../kit/database.js';
import { startInstance, system } from '../kit/instance.js';
import { loadNow } from './machine.js';
import type { BenchOptions } from './options.js';
import { type Row } from './report.js';
import { operations, serve, type Served } from './served.js';
import { benchSilo, idleProjections, packages, Publish } from './silos.js';
import { measureStatements } from './statements.js';
import { latencies, median, percentile } from './statistics.js';

/** Milliseconds from the call of a mutation until it has returned, which is when its read model shows it. */
type Samples = { oneClient: number[]; eightClients: number[] };
type Load = { warmUp: number; oneClient: number; eightClients: number };

const REGISTERED = 40;

export async function measureVisible({ quick }: BenchOptions): Promise<Row[]> {
  const load = quick
    ? { warmUp: 20, oneClient: 30, eightClients: 80 }
    : { warmUp: 200, oneClient: 400, eightClients: 2000 };
  const idle = idleProjections(REGISTERED - 1);
  const core = await both(quick, (many) => throughCore(many ? idle : [], load));
  const http = await both(quick, (many) => throughHttp(many, load));
  return [...rowsOf('core', 1, core), ...rowsOf('HTTP', 5, http), ...(await measureStatements())];
}

/** Few, many, many, few: what changes with time meets both. */
async function both(
  quick: boolean,
  measure: (many: boolean) => Promise<Samples>,
): Promise<{ few: Samples; many: Samples }> {
  const first = await measure(false);
  const many = quick ? [await measure(true)] : [await measure(true), await measure(true)];
  const few = quick ? [first] : [first, await measure(false)];
  return { few: joined(few), many: joined(many) };
}

function joined(samples: Samples[]): Samples {
  return {
    oneClient: samples.flatMap(({ oneClient }) => oneClient),
    eightClients: samples.flatMap(({ eightClients }) => eightClients),
  };
}

async function throughCore(idle: ReturnType<typeof idleProjections>, load: Load): Promise<Samples> {
  const database = await createTestDatabase();
  const silos = [benchSilo(packages), { name: 'others', aggregates: [], projections: idle }];
  const instance = await startInstance(database.url, silos, { connections: { requests: 10, projections: 6 } });
  try {
    const execute = instance.executeAs(system);
    const published = { version: '1.0.0', size: 40_000, description: 'Some words about a package.', license: 'MIT' };
    // Streams of some ten events, as most are.
    return await sampled(load, (n) => execute(new Publish(`package-${n % 250}`, published)));
  } finally {
    await instance.stop();
    await database.drop();
  }
}

async function throughHttp(many: boolean, load: Load): Promise<Samples> {
  const served = many ? await serveWith(REGISTERED - 5) : await serve();
  try {
    return await sampled(load, (n) =>
      served.client.send(operations.createNamespace, { input: { name: `space-${n}` } }),
    );
  } finally {
    await served.stop();
  }
}

/** The server of `server.ts`, which stands beside the program's bundle. */
async function serveWith(idle: number): Promise<Served> {
  const program = process.env.WAYBILL_TEST_PROGRAM!;
  process.env.WAYBILL_TEST_PROGRAM = program.replace('waybill.mjs', 'bench-server.mjs');
  try {
    return await serve({ WAYBILL_BENCH_IDLE: String(idle) });
  } finally {
    process.env.WAYBILL_TEST_PROGRAM = program;
  }
}

async function sampled(load: Load, act: (n: number) => Promise<unknown>): Promise<Samples> {
  let number = 0;
  const next = () => act(number++);
  await latencies(8, load.warmUp, next);
  return {
    oneClient: await latencies(1, load.oneClient, next),
    eightClients: await latencies(8, load.eightClients, next),
  };
}

function rowsOf(level: string, fewest: number, { few, many }: { few: Samples; many: Samples }): Row[] {
  return [
    rowOf(level, '1 client', fewest, few.oneClient),
    rowOf(level, '1 client', REGISTERED, many.oneClient, few.oneClient),
    rowOf(level, '8 clients', fewest, few.eightClients),
    rowOf(level, '8 clients', REGISTERED, many.eightClients, few.eightClients),
  ];
}

function rowOf(level: string, clients: string, projections: number, samples: number[], few?: number[]): Row {
  const [p50, p95] = [median(samples), percentile(samples, 95)];
  const ratio = few && p50 / median(few);
  const aim = clients === '1 client' ? 'p50 ≤ 10 ms' : undefined;
  return {
    part: 'visible',
    point: `${level}, ${clients}, ${projections} projections`,
    figure: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    beside: ratio && `${ratio.toFixed(2)}× of ${level === 'core' ? 1 : 5} projections`,
    aim,
    met: aim && p50 <= 10,
    load: loadNow(),
    data: { level, clients, projections, p50, p95, samples: samples.length, ...(ratio && { ratio }) },
  } as Row;
}
