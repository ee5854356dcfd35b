import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { appendStatement, appendValues } from '../../src/core/event-store/append-statement.js';
import type { Statement } from '../../src/core/event-store/statement.js';
import { plainAppend } from './plain-append.js';

export type AppendMeasure = {
  clients: number;
  eventsPerAppend: number;
  /** Appends per second, the median of the rounds. */
  plain: number;
  store: number;
  /** store / plain, the median of the rounds' ratios. */
  ratio: number;
};

export type AppendBenchOptions = { clients?: number[]; eventsPerAppend?: number[]; roundMs?: number; rounds?: number };

const STREAMS_PER_CLIENT = 50;

/**
 * Measures `store.append` beside a plain append function, both called in the same way through pg with a named prepared
 * statement, in turns, so that a slow minute of the machine meets both.
 * @param url a migrated database for the measurement alone: it is filled with events.
 */
export async function measureAppend(url: string, options: AppendBenchOptions = {}): Promise<AppendMeasure[]> {
  const { clients = [1, 8, 64], eventsPerAppend = [1, 10, 100], roundMs = 1500, rounds = 5 } = options;
  const pool = new pg.Pool({ connectionString: url, max: Math.max(...clients) });
  const plainStatement = {
    name: 'bench.plain_append',
    text: appendStatement.text.replace('store.append', 'bench_plain.append'),
  };
  const measures: AppendMeasure[] = [];
  try {
    await pool.query(plainAppend);
    for (const events of eventsPerAppend) {
      for (const count of clients) {
        const point = { pool, clients: count, events, roundMs };
        await round(point, plainStatement);
        await round(point, appendStatement);
        const pairs: { plain: number; store: number }[] = [];
        for (let n = 0; n < rounds; n++) {
          pairs.push({ plain: await round(point, plainStatement), store: await round(point, appendStatement) });
        }
        measures.push({
          clients: count,
          eventsPerAppend: events,
          plain: Math.round(median(pairs.map((pair) => pair.plain))),
          store: Math.round(median(pairs.map((pair) => pair.store))),
          ratio: Number(median(pairs.map((pair) => pair.store / pair.plain)).toFixed(2)),
        });
      }
    }
  } finally {
    await pool.end();
  }
  return measures;
}

type Point = { pool: pg.Pool; clients: number; events: number; roundMs: number };

let rounds = 0;

/** @returns appends per second. */
async function round({ pool, clients, events, roundMs }: Point, statement: Statement): Promise<number> {
  const name = `round${rounds++}`;
  const deadline = performance.now() + roundMs;
  const counts = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const connection = await pool.connect();
      let appends = 0;
      try {
        for (; performance.now() < deadline; appends++) {
          const streamId = `bench:${name}-${client}-${appends % STREAMS_PER_CLIENT}`;
          const expected = Math.floor(appends / STREAMS_PER_CLIENT) * events;
          await connection.query({ ...statement, values: appendValues(request(streamId, expected, events), 8) });
        }
      } finally {
        connection.release();
      }
      return appends;
    }),
  );
  return (counts.reduce((sum, count) => sum + count, 0) / roundMs) * 1000;
}

function request(streamId: string, expected: number, events: number) {
  return {
    streams: [{ streamId, expected, events: Array.from({ length: events }, (_, n) => sample(n)) }],
    metadata: {
      actor: { kind: 'user' as const, userId: 'user:0192f5a0', isOperator: false, tokenId: 'token:77' },
      correlationId: '7b1f6a52-1d7d-4f0e-9d0b-3d6f2b0a8a11',
    },
    occurredAt: new Date(),
  };
}

function sample(number: number) {
  const data = { number, name: 'a-package-name', ownerId: 'user:0192f5a0', description: 'Some words about a thing.' };
  return { type: 'bench.thing.described', schemaVersion: 1, data };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const url = process.argv[2];
  if (!url) throw new Error('Usage: append.js <url of a migrated database of its own>');
  console.table(await measureAppend(url));
}
