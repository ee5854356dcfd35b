import { readFileSync } from 'node:fs';
import pg from 'pg';
import { HttpClient } from './http-client.js';
import { CONNECTIONS, inTurns, loadRow, once, type Point } from './http-load.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { operations, serve, type Served } from './served.js';

const NAMESPACES = 200;
const PAGE = 25;
const MILLION = 1_000_000;

/** The queries of GraphQL over connections that stay open: rate, latency, and CPU time of the server and of Postgres for each. */
export async function measureGraphql({ quick, million }: BenchOptions): Promise<Row[]> {
  const admin = new pg.Pool({ connectionString: process.env.WAYBILL_TEST_POSTGRES, max: 1 });
  const served = await serve();
  const anonymous = new HttpClient(served.server.url, undefined, CONNECTIONS);
  try {
    await seed(served);
    const points = pointsOf(served, anonymous);
    const rounds = await inTurns(points, { quick, rounds: 5, postgresMicros: await microsOfPostgres(admin) });
    const rows = points.map(({ name }, index) => loadRow('graphql', name, rounds[index]!));
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

function pointsOf({ client, server }: Served, anonymous: HttpClient): Point[] {
  const { viewer, getNamespace, namespaces } = operations;
  const named = {
    request: (n: number) => ({ query: getNamespace, variables: { name: nameOf(n) } }),
    right: (data: any, n: number) => data.getNamespace.name === nameOf(n),
  };
  const points: Omit<Point, 'pid'>[] = [
    {
      name: '{ __typename }, anonymous',
      client: anonymous,
      request: () => ({ query: '{ __typename }' }),
      right: (data) => data.__typename === 'Query',
    },
    {
      name: 'viewer, token',
      client,
      request: () => ({ query: viewer }),
      right: (data) => data.viewer.username === 'operator',
    },
    { name: 'getNamespace, anonymous', client: anonymous, ...named },
    { name: 'getNamespace, token', client, ...named },
    {
      name: `${PAGE} namespaces, token`,
      client,
      request: () => ({ query: namespaces, variables: { first: PAGE } }),
      right: (data) => data.viewer.namespaces.edges.length === PAGE,
    },
  ];
  return points.map((point) => ({ ...point, pid: server.pid }));
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
