import { join } from 'node:path';
import { progressBar } from '../../src/cli/output.js';
import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/index.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { catchUp } from './catch-up.js';
import { peerLoader } from './emmett.js';
import { rebuildWithEmmett } from './emmett-rebuild.js';
import { generateLog, type LogSize } from './generate.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { packageActivity, packagePages, packageSilo } from './package-projections.js';
import { fingerprint, rebuildInChild, type Measured } from './rebuild-child.js';
import { count, type Row } from './report.js';

const EMMETT_EVENTS = 10_000;

/** A process has its garbage collector's room, and its peak is never quite the same. */
const SAME_MEMORY = 1.25;

const MIB = 2 ** 20;

/** Read models of a generated log from its first event, in every way that there is, on one server. */
export async function measureRebuild(options: BenchOptions): Promise<Row[]> {
  const { log, root, quick } = options;
  const program = join(root, 'dist/bench-rebuild.mjs');
  const [database, small] = [await createTestDatabase(), await createTestDatabase()];
  try {
    const rows = [await generate(database, log)];
    rows.push(await liveCatchUp(database, log));
    const byHandlers = await inTurns(quick ? [1, 2] : [1, 2, 2, 1], (workers) =>
      rebuilt(database, program, packagePages, workers),
    );
    rows.push(
      ...[1, 2].map((workers) =>
        row(`rebuild, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, byHandlers[workers]!, 100_000),
      ),
    );
    rows.push(row('smaller rows, 1 worker', [await rebuildInChild(database, program, packageActivity, 1)]));
    const bySql = await inTurns(quick ? [1] : [1, 1, 1], () => rebuilt(database, program, packageActivity, 1, 'sql'));
    rows.push(row('the same, set-based SQL', bySql[1]!, 500_000));
    await generate(small, tenth(log));
    const fromSmall = await rebuildInChild(small, program, packagePages, 2);
    rows.push(memory('memory of the process', fromSmall, byHandlers[2]!, ({ peakBytes }) => peakBytes));
    rows.push(memory('memory of Postgres', fromSmall, byHandlers[2]!, ({ postgresPeakBytes }) => postgresPeakBytes));
    rows.push(await emmett(database, options, Math.max(...Object.values(byHandlers).flat().map(rateOf))));
    return rows;
  } finally {
    await database.drop();
    await small.drop();
  }
}

/** @returns what each variant took, in the order of its turns */
async function inTurns<T>(turns: number[], measure: (variant: number) => Promise<T>): Promise<Record<number, T[]>> {
  const taken: Record<number, T[]> = {};
  for (const variant of turns) (taken[variant] ??= []).push(await measure(variant));
  return taken;
}

const tenth = ({ events, streams, seed }: LogSize): LogSize => ({
  events: Math.ceil(events / 10),
  streams: Math.ceil(streams / 10),
  seed,
});

/** A rebuild that gives other rows than there were is worth nothing. */
async function rebuilt(database: TestDatabase, program: string, projection: Projection, workers: number, way?: 'sql') {
  const before = await fingerprint(database, projection);
  const measured = await rebuildInChild(database, program, projection, workers, way);
  const after = await fingerprint(database, projection);
  if (before !== after) throw new Error(`${projection.versionedName}: ${after} after a rebuild, ${before} before.`);
  return measured;
}

async function generate(database: TestDatabase, log: LogSize): Promise<Row> {
  const startedAt = performance.now();
  await generateLog(database.pool, log, progressBar('Generating', log.events));
  const seconds = (performance.now() - startedAt) / 1000;
  return rowOf(`generator, ${count(log.streams)} streams`, log.events / seconds, { events: log.events, seconds });
}

async function liveCatchUp(database: TestDatabase, log: LogSize): Promise<Row> {
  const postgresMicros = await microsOfPostgres(database.pool);
  const { seconds, node, postgres } = await catchUp(database.url, packageSilo(packagePages), postgresMicros);
  const { rows } = await database.pool.query(`SELECT count(*)::int AS rows FROM ${tableName(packagePages)}`);
  if (rows[0].rows !== log.streams) throw new Error(`Of ${log.streams} streams ${rows[0].rows} are in the read model.`);
  const { events } = log;
  return {
    ...rowOf('live catch-up, scattered', events / seconds, { events, seconds }, 40_000),
    beside: cpuText(node / events, postgres / events),
  };
}

/** Theirs takes about a millisecond for each event, so it gets fewer: the rate is that of an event. */
async function emmett(database: TestDatabase, { quick, peers }: BenchOptions, ours: number): Promise<Row> {
  const wanted = quick ? EMMETT_EVENTS / 20 : EMMETT_EVENTS;
  const { seconds, events } = await rebuildWithEmmett(database.pool, database.url, wanted, peerLoader(peers!));
  const rate = events / seconds;
  const ratio = ours / rate;
  return {
    ...rowOf(`emmett's rebuild, of ${count(events)} events`, rate, { events, seconds, ratio }),
    beside: `ours is ${count(ratio)} × that`,
    aim: '≥ 100 ×',
    met: ratio >= 100,
  };
}

const rateOf = ({ events, seconds }: Measured): number => events / seconds;

/** The best of the turns: whatever else the machine does only takes away. */
function row(point: string, turns: Measured[], aim?: number): Row {
  const best = turns.toSorted((a, b) => a.seconds - b.seconds)[0]!;
  return {
    ...rowOf(point, rateOf(best), { turns }, aim),
    beside: cpuText(best.nodeMicros / best.events, best.postgresMicros / best.events),
  };
}

function memory(point: string, small: Measured, large: Measured[], peakOf: (measured: Measured) => number): Row {
  const [before, after] = [peakOf(small), Math.max(...large.map(peakOf))];
  const size = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;
  return {
    part: 'rebuild',
    point: `${point}, 2 workers`,
    figure: size(after),
    beside: `${size(before)} for ${count(small.events)} events, a tenth`,
    aim: 'does not grow',
    met: after <= before * SAME_MEMORY,
    load: loadNow(),
    data: { events: [small.events, large[0]!.events], peakBytes: [before, after] },
  };
}

function rowOf(point: string, rate: number, data: Row['data'], aim?: number): Row {
  return {
    part: 'rebuild',
    point,
    figure: `${count(rate)} events/s`,
    ...(aim !== undefined && { aim: `≥ ${count(aim)}`, met: rate >= aim }),
    load: loadNow(),
    data: { eventsPerSecond: rate, ...data },
  };
}

const cpuText = (node: number, postgres: number) =>
  `CPU per event: Node ${count(node)}, Postgres ${count(postgres)} µs`;
