import { EventStore } from '../../src/core/event-store/event-store.js';
import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/index.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { catchUp } from './catch-up.js';
import { fill, type FilledLog } from './fill.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { count, type Row } from './report.js';
import { benchSilo, licenses, packages, versions } from './silos.js';
import { median } from './statistics.js';

type Log = FilledLog & { aim: number };

/** Catching up from the first event with the runner and the feed that the server has. */
export async function measureProjections({ quick }: BenchOptions): Promise<Row[]> {
  const size = quick ? 20 : 1;
  const logs: Log[] = [
    // Neighbours in the log belong to different streams: almost every event of a page is a row of its own.
    { name: 'scattered', streams: 20_000 / size, eventsPerStream: 10, aim: 40_000 },
    // As an import or a busy stream leaves it: a hundred events of one stream in a row.
    { name: 'clustered', streams: 2_000 / size, eventsPerStream: 100, aim: 100_000 },
  ];
  const rows: Row[] = [];
  for (const log of logs) {
    const database = await createTestDatabase();
    try {
      await fill(await EventStore.open(database.pool), log);
      await database.pool.query('ANALYZE');
      rows.push(await measure(database, log, [packages], quick ? 1 : 3));
      rows.push(await measure(database, log, [packages, versions, licenses], quick ? 1 : 3));
    } finally {
      await database.drop();
    }
  }
  return rows;
}

async function measure(database: TestDatabase, log: Log, projections: Projection[], times: number): Promise<Row> {
  const events = log.streams * log.eventsPerStream;
  const rates: number[] = [];
  const cpu: { node: number; postgres: number }[] = [];
  const postgresMicros = await microsOfPostgres(database.pool);
  for (let n = 0; n < times; n++) {
    await database.pool.query('CHECKPOINT').catch(() => undefined); // only an administrator may; it merely evens out the rounds
    const { seconds, ...used } = await catchUp(database.url, benchSilo(...projections), postgresMicros);
    cpu.push({ node: used.node / events, postgres: used.postgres / events });
    await assertApplied(database, projections, log);
    rates.push(events / seconds);
    await reset(database, projections);
  }
  const rate = median(rates);
  const micros = { node: median(cpu.map(({ node }) => node)), postgres: median(cpu.map(({ postgres }) => postgres)) };
  const isOne = projections.length === 1;
  return {
    part: 'projection',
    point: `${log.name}, ${isOne ? 'rows' : 'rows + own keys + sums'}`,
    figure: `${count(rate)} events/s`,
    beside: `${count(rate * projections.length)} applied/s; CPU per event: Node ${count(micros.node)}, Postgres ${count(micros.postgres)} µs`,
    ...(isOne && { aim: `≥ ${count(log.aim)}`, met: rate >= log.aim }),
    load: loadNow(),
    data: { log: log.name, events, projections: projections.length, eventsPerSecond: rate, rates, micros },
  };
}

/** A rate of a projection that lost events would be worth nothing. */
async function assertApplied(database: TestDatabase, projections: Projection[], log: Log): Promise<void> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS rows, sum(versions)::int AS events FROM ${tableName(packages)}`,
  );
  const events = log.streams * log.eventsPerStream;
  const isWhole = rows[0].rows === log.streams && rows[0].events === events;
  if (!isWhole)
    throw new Error(`Of ${events} events of ${log.streams} streams ${JSON.stringify(rows[0])} were applied.`);
  if (!projections.includes(versions)) return;
  const { rows: keyed } = await database.pool.query(`SELECT count(*)::int AS rows FROM ${tableName(versions)}`);
  const { rows: summed } = await database.pool.query(`SELECT sum(versions)::int AS events FROM ${tableName(licenses)}`);
  if (keyed[0].rows !== events || summed[0].events !== events) throw new Error('Own keys or sums are not whole.');
}

async function reset(database: TestDatabase, projections: Projection[]): Promise<void> {
  for (const projection of projections) await database.pool.query(`DROP TABLE ${tableName(projection)}`);
  await database.pool.query('DELETE FROM store.checkpoints');
}
