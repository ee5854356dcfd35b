import { readFileSync } from 'node:fs';
import pg from 'pg';
import { HttpClient } from './http-client.js';
import { cpuMicros, familyMicros, loadNow, postmasterOf } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { operations, serve, type Served } from './served.js';
import { median, percentile } from './statistics.js';

const CONNECTIONS = 8;
const NAMESPACES = 200;
const PAGE = 25;
const MILLION = 1_000_000;

/** One operation as a client sends it again and again. `right` looks at every answer. */
type Point = {
  name: string;
  client: HttpClient;
  query: string;
  variables(n: number): object;
  right(data: any, n: number): boolean;
};

type Round = { rate: number; p50: number; p95: number; server: number; postgres: number };

type Measured = { served: Served; cpu(): { server: number; postgres: number } };

/** The queries of GraphQL over connections that stay open: rate, latency, and CPU time of the server and of Postgres for each. */
export async function measureGraphql({ quick, million }: BenchOptions): Promise<Row[]> {
  const admin = new pg.Pool({ connectionString: process.env.WAYBILL_TEST_POSTGRES, max: 1 });
  const served = await serve();
  const anonymous = new HttpClient(served.server.url, undefined, CONNECTIONS);
  try {
    await seed(served);
    const postmaster = await postmasterOf(admin);
    const cpu = () => ({
      server: cpuMicros(served.server.pid) ?? NaN,
      postgres: (postmaster && familyMicros(postmaster)) ?? NaN,
    });
    const measured = { served, cpu };
    const points = pointsOf(served.client, anonymous);
    const rows = await measurePoints(measured, points, quick);
    const named = points.find(({ name }) => name.startsWith('getNamespace, anonymous'))!;
    return million ? [...rows, await memoryRow(served, named, quick ? MILLION / 1000 : MILLION)] : rows;
  } finally {
    anonymous.close();
    await served.stop();
    await admin.end();
  }
}

async function seed({ client }: Served): Promise<void> {
  for (let n = 0; n < NAMESPACES; n++) await client.send(operations.createNamespace, { input: { name: nameOf(n) } });
}

const nameOf = (n: number): string => `space-${n % NAMESPACES}`;

function pointsOf(client: HttpClient, anonymous: HttpClient): Point[] {
  const { viewer, getNamespace, namespaces } = operations;
  const named = {
    query: getNamespace,
    variables: (n: number) => ({ name: nameOf(n) }),
    right: (data: any, n: number) => data.getNamespace.name === nameOf(n),
  };
  return [
    {
      name: '{ __typename }, anonymous',
      client: anonymous,
      query: '{ __typename }',
      variables: () => ({}),
      right: (data) => data.__typename === 'Query',
    },
    {
      name: 'viewer, token',
      client,
      query: viewer,
      variables: () => ({}),
      right: (data) => data.viewer.username === 'operator',
    },
    { name: 'getNamespace, anonymous', client: anonymous, ...named },
    { name: 'getNamespace, token', client, ...named },
    {
      name: `${PAGE} namespaces, token`,
      client,
      query: namespaces,
      variables: () => ({ first: PAGE }),
      right: (data) => data.viewer.namespaces.edges.length === PAGE,
    },
  ];
}

/** In turns, so that a slow minute of the machine meets all of them. */
async function measurePoints(measured: Measured, points: Point[], quick: boolean): Promise<Row[]> {
  for (const point of points) await during(quick ? 300 : 3000, point);
  const rounds = points.map(() => [] as Round[]);
  for (let n = 0; n < (quick ? 1 : 5); n++) {
    for (const [index, point] of points.entries()) {
      rounds[index]!.push(await round(quick ? 300 : 2000, point, measured.cpu));
    }
  }
  return points.map((point, index) => rowOf(point.name, rounds[index]!));
}

async function round(lengthMs: number, point: Point, cpu: Measured['cpu']): Promise<Round> {
  const before = cpu();
  const startedAt = performance.now();
  const taken = await during(lengthMs, point);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = cpu();
  return {
    rate: taken.length / seconds,
    p50: percentile(taken, 50),
    p95: percentile(taken, 95),
    server: (after.server - before.server) / taken.length,
    postgres: (after.postgres - before.postgres) / taken.length,
  };
}

/** @returns milliseconds of each request. @throws Error for a wrong answer. */
async function during(lengthMs: number, point: Point): Promise<number[]> {
  const deadline = performance.now() + lengthMs;
  const taken: number[] = [];
  let next = 0;
  const connection = async () => {
    while (performance.now() < deadline) taken.push(await once(point, next++));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return taken;
}

async function once({ client, query, variables, right, name }: Point, n: number): Promise<number> {
  const startedAt = performance.now();
  const data = await client.send(query, variables(n));
  if (!right(data, n)) throw new Error(`${name}: a wrong answer, ${JSON.stringify(data)}`);
  return performance.now() - startedAt;
}

function rowOf(point: string, rounds: Round[]): Row {
  const [rate, p50, p95, server, postgres] = (['rate', 'p50', 'p95', 'server', 'postgres'] as const).map((key) =>
    median(rounds.map((round) => round[key])),
  ) as [number, number, number, number, number];
  // Where there is no /proc the CPU time is unknown.
  const micros = (value: number) => (Number.isFinite(value) ? `${count(value)} µs` : 'unknown');
  return {
    part: 'graphql',
    point,
    figure: `${count(rate)} requests/s, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    beside: `CPU per request: server ${micros(server)}, Postgres ${micros(postgres)}`,
    load: loadNow(),
    data: {
      connections: CONNECTIONS,
      requestsPerSecond: rate,
      p50,
      p95,
      serverMicros: server,
      postgresMicros: postgres,
    },
  };
}

/** What the server holds resident after a warm-up, and after many requests more: a leak would show. */
async function memoryRow({ server }: Served, point: Point, requests: number): Promise<Row> {
  await many(point, Math.min(50_000, requests));
  const before = residentMib(server.pid);
  await many(point, requests);
  const after = residentMib(server.pid);
  return {
    part: 'graphql',
    point: `resident memory, ${count(requests)} × ${point.name}`,
    figure: `${count(before)} MiB before, ${count(after)} MiB after`,
    load: loadNow(),
    data: { requests, beforeMib: before, afterMib: after },
  };
}

async function many(point: Point, requests: number): Promise<void> {
  let next = 0;
  const connection = async () => {
    while (next < requests) await once(point, next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

function residentMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
