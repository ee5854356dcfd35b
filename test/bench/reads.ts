import pg from 'pg';
import { cpuMicros, familyMicros, loadNow, postmasterOf } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { operations, serve } from './served.js';
import { median } from './statistics.js';

const CONNECTIONS = 8;
const NAMESPACES = 200;

/** `getNamespace` by name, with a token, over connections that stay open. */
export async function measureReads({ quick }: BenchOptions): Promise<Row[]> {
  const admin = new pg.Pool({ connectionString: process.env.WAYBILL_TEST_POSTGRES, max: 1 });
  const served = await serve();
  try {
    const postmaster = await postmasterOf(admin);
    for (let n = 0; n < NAMESPACES; n++)
      await served.client.send(operations.createNamespace, { input: { name: `space-${n}` } });
    const read = async (n: number) => {
      const { getNamespace } = await served.client.send(operations.getNamespace, { name: `space-${n % NAMESPACES}` });
      if (getNamespace.name !== `space-${n % NAMESPACES}`) throw new Error('The wrong namespace was answered.');
    };
    const cpu = () => [cpuMicros(served.server.pid), postmaster && familyMicros(postmaster)] as const;
    await during(quick ? 300 : 3000, read);
    const rounds: Round[] = [];
    for (let n = 0; n < (quick ? 1 : 5); n++) rounds.push(await round(quick ? 500 : 3000, read, cpu));
    return [rowOf(rounds)];
  } finally {
    await served.stop();
    await admin.end();
  }
}

type Round = { rate: number; server: number; postgres: number };

async function round(
  lengthMs: number,
  read: (n: number) => Promise<void>,
  cpu: () => readonly [number | undefined, number | undefined],
): Promise<Round> {
  const [server, postgres] = cpu();
  const startedAt = performance.now();
  const done = await during(lengthMs, read);
  const seconds = (performance.now() - startedAt) / 1000;
  const [serverAfter, postgresAfter] = cpu();
  return {
    rate: done / seconds,
    server: (serverAfter! - server!) / done,
    postgres: (postgresAfter! - postgres!) / done,
  };
}

async function during(lengthMs: number, read: (n: number) => Promise<void>): Promise<number> {
  const deadline = performance.now() + lengthMs;
  let done = 0;
  const client = async () => {
    while (performance.now() < deadline) await read(done++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return done;
}

function rowOf(rounds: Round[]): Row {
  const rate = median(rounds.map((round) => round.rate));
  const server = median(rounds.map((round) => round.server));
  const postgres = median(rounds.map((round) => round.postgres));
  // Where there is no /proc the CPU time is unknown.
  const micros = (value: number) => (Number.isFinite(value) ? `${count(value)} µs` : 'unknown');
  return {
    part: 'reads',
    point: `getNamespace, ${CONNECTIONS} connections`,
    figure: `${count(rate)} requests/s`,
    beside: `CPU per request: server ${micros(server)}, Postgres ${micros(postgres)}`,
    load: loadNow(),
    data: { connections: CONNECTIONS, requestsPerSecond: rate, serverMicros: server, postgresMicros: postgres },
  };
}
