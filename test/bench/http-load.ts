import { HttpClient } from './http-client.js';
import { familyMicros, loadNow } from './machine.js';
import { count, type Row } from './report.js';
import { median, percentile } from './statistics.js';

export const CONNECTIONS = 8;

/** One operation as a client sends it again and again. */
export type Point = {
  name: string;
  client: HttpClient;
  /** The server, whose CPU time counts with that of its children. */
  pid: number;
  /** What is sent for the nth time. */
  request(n: number): { query: string; variables?: object };
  /** Looks at every answer. */
  right(data: any, n: number): boolean;
};

/** CPU times are microseconds for each request. */
export type Round = { rate: number; p50: number; p95: number; server: number; postgres: number };

/**
 * Asks in turns over connections that stay open, so that a slow minute of the machine meets all of the points.
 * @param options.postgresMicros CPU time that Postgres has used so far
 * @returns the rounds of each point
 */
export async function inTurns(
  points: Point[],
  { quick, rounds, postgresMicros }: { quick: boolean; rounds: number; postgresMicros(): number },
): Promise<Round[][]> {
  for (const point of points) await during(quick ? 300 : 3000, point);
  const taken = points.map(() => [] as Round[]);
  for (let n = 0; n < (quick ? 1 : rounds); n++) {
    for (const [index, point] of points.entries()) {
      taken[index]!.push(await round(quick ? 300 : 2000, point, postgresMicros));
    }
  }
  return taken;
}

async function round(lengthMs: number, point: Point, postgresMicros: () => number): Promise<Round> {
  const cpu = () => ({ server: familyMicros(point.pid) ?? NaN, postgres: postgresMicros() });
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

/** @returns how many milliseconds it took. @throws Error for a wrong answer. */
export async function once({ client, request, right, name }: Point, n: number): Promise<number> {
  const { query, variables } = request(n);
  const startedAt = performance.now();
  const data = await client.send(query, variables);
  if (!right(data, n)) throw new Error(`${name}: a wrong answer, ${JSON.stringify(data)}`);
  return performance.now() - startedAt;
}

export function loadRow(part: string, point: string, rounds: Round[]): Row {
  const [rate, p50, p95, server, postgres] = (['rate', 'p50', 'p95', 'server', 'postgres'] as const).map((key) =>
    median(rounds.map((round) => round[key])),
  ) as [number, number, number, number, number];
  // Where there is no /proc the CPU time is unknown.
  const micros = (value: number) => (Number.isFinite(value) ? `${count(value)} µs` : 'unknown');
  return {
    part,
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
