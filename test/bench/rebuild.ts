import type pg from 'pg';
import { liveSchema, tableName, type Schema } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/index.js';
import { progressBar } from '../../src/cli/output.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { catchUp } from './catch-up.js';
import { peerLoader } from './emmett.js';
import { rebuildWithEmmett } from './emmett-rebuild.js';
import { generateLog, type LogSize } from './generate.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { packagePages, packageSilo } from './package-projections.js';
import { count, type Row } from './report.js';

const EMMETT_EVENTS = 10_000;

/** Read models of a generated log from its first event, in every way that there is, on one database. */
export async function measureRebuild(options: BenchOptions): Promise<Row[]> {
  const database = await createTestDatabase();
  try {
    const rows = [await generate(database, options.log)];
    rows.push(await liveCatchUp(database, options.log));
    rows.push(await emmett(database, options));
    return rows;
  } finally {
    await database.drop();
  }
}

async function generate(database: TestDatabase, log: LogSize): Promise<Row> {
  const startedAt = performance.now();
  await generateLog(database.pool, log, progressBar('Generating', log.events));
  const seconds = (performance.now() - startedAt) / 1000;
  return row(`generator, ${count(log.streams)} streams`, log.events, seconds, {});
}

async function liveCatchUp(database: TestDatabase, log: LogSize): Promise<Row> {
  const postgresMicros = await microsOfPostgres(database.pool);
  const { seconds, node, postgres } = await catchUp(database.url, packageSilo(packagePages), postgresMicros);
  const { rows } = await database.pool.query(`SELECT count(*)::int AS rows FROM ${tableName(packagePages)}`);
  if (rows[0].rows !== log.streams) throw new Error(`Of ${log.streams} streams ${rows[0].rows} are in the read model.`);
  return row('live catch-up, scattered', log.events, seconds, { node, postgres, aim: 40_000 });
}

async function emmett(database: TestDatabase, { quick, peers }: BenchOptions): Promise<Row> {
  const wanted = quick ? EMMETT_EVENTS / 20 : EMMETT_EVENTS;
  const { seconds, events } = await rebuildWithEmmett(database.pool, database.url, wanted, peerLoader(peers!));
  return row(`emmett's rebuild, of ${count(events)} events`, events, seconds, {});
}

type Extra = { node?: number; postgres?: number; aim?: number };

function row(point: string, events: number, seconds: number, { node, postgres, aim }: Extra): Row {
  const rate = events / seconds;
  const micros = node !== undefined && postgres !== undefined && { node: node / events, postgres: postgres / events };
  return {
    part: 'rebuild',
    point,
    figure: `${count(rate)} events/s`,
    ...(micros && { beside: `CPU per event: Node ${count(micros.node)}, Postgres ${count(micros.postgres)} µs` }),
    ...(aim !== undefined && { aim: `≥ ${count(aim)}`, met: rate >= aim }),
    load: loadNow(),
    data: { events, seconds, eventsPerSecond: rate, ...(micros && { micros }) },
  };
}

/** The same for tables with the same rows, in whatever order they lie. */
export async function fingerprint(pool: pg.Pool, projection: Projection, schema: Schema = liveSchema): Promise<string> {
  const { rows } = await pool.query(
    `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS print FROM ${tableName(projection, schema)} t`,
  );
  return rows[0].print;
}
