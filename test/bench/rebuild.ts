import { join } from 'node:path';
import { progressBar } from '../../src/cli/output.js';
import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/index.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { catchUp } from './catch-up.js';
import { peerLoader } from './emmett.js';
import { emmettRebuild, type EmmettRebuild } from './emmett-rebuild.js';
import { generateLog, type LogSize } from './generate.js';
import { loadNow, microsOfPostgres } from './machine.js';
import type { BenchOptions } from './options.js';
import { packageActivity, packagePages, packageSilo } from './package-projections.js';
import { fingerprint, rebuildInChild, type How, type Measured } from './rebuild-child.js';
import { count, type Row } from './report.js';

/** Theirs takes about a millisecond for each event, so it gets fewer: the rate is that of an event. */
const EMMETT_EVENTS = 8_000;

/** A peak is never quite the same. */
const SAME_MEMORY = 1.25;

const MIB = 2 ** 20;

/** Its default. */
const MAINTENANCE_WORK_MEMORY = 64 * MIB;

/** Read models of a generated log from its first event, in every way that there is, on one server. */
export async function measureRebuild(options: BenchOptions): Promise<Row[]> {
  const { log, root, quick } = options;
  const program = join(root, 'dist/bench-rebuild.mjs');
  const [database, small] = [await createTestDatabase(), await createTestDatabase()];
  try {
    const rows = [await generate(database, log)];
    rows.push(await liveCatchUp(database, log));
    const theirs = await openEmmett(database, options);
    const theirSeconds = [await theirs.run()];
    const byHandlers = await inTurns(quick ? [1, 2] : [1, 2, 2, 1], (workers) =>
      rebuilt(database, program, packagePages, { workers }),
    );
    rows.push(
      ...[1, 2].map((workers) =>
        row(`rebuild, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, byHandlers[workers]!, 100_000),
      ),
    );
    rows.push(
      row('smaller rows, 1 worker', [await rebuildInChild(database, program, packageActivity, { workers: 1 })]),
    );
    const bySql = await inTurns(quick ? [1] : [1, 1, 1], () =>
      rebuilt(database, program, packageActivity, { workers: 1, way: 'sql' }),
    );
    rows.push(row('the same, set-based SQL', bySql[1]!, 500_000));
    await generate(small, tenth(log));
    const inSmallHeap = { workers: 2, inSmallHeap: true };
    const few = await rebuildInChild(small, program, packagePages, inSmallHeap);
    const all = await rebuilt(database, program, packagePages, inSmallHeap);
    const unbound = Math.max(...byHandlers[2]!.map(({ peakBytes }) => peakBytes));
    rows.push(processMemory(few, all, unbound), postgresMemory(few, all));
    rows.push(
      beside(
        theirs.events,
        theirSeconds,
        [1, 2].map((workers) => byHandlers[workers]!),
      ),
    );
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
async function rebuilt(database: TestDatabase, program: string, projection: Projection, how: How) {
  const before = await fingerprint(database, projection);
  const measured = await rebuildInChild(database, program, projection, how);
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

function openEmmett({ pool, url }: TestDatabase, { quick, peers }: BenchOptions): Promise<EmmettRebuild> {
  return emmettRebuild(pool, url, quick ? EMMETT_EVENTS / 16 : EMMETT_EVENTS, peerLoader(peers!));
}

/** Theirs ran before and after ours, so that what else the machine does met both. */
function beside(events: number, seconds: number[], ours: Measured[][]): Row {
  const rate = events / mean(seconds);
  const ratios = ours.map((turns) => mean(turns.map(rateOf)) / rate);
  return {
    ...rowOf(`emmett's rebuild, of ${count(events)} events`, rate, { events, seconds, ratios }),
    beside: `ours is ${ratios.map(count).join(' and ')} × that, with 1 worker and with 2`,
    aim: '≥ 100 ×',
    met: Math.max(...ratios) >= 100,
  };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const rateOf = ({ events, seconds }: Measured): number => events / seconds;

/** The best of the turns: whatever else the machine does only takes away. */
function row(point: string, turns: Measured[], aim?: number): Row {
  const best = turns.toSorted((a, b) => a.seconds - b.seconds)[0]!;
  return {
    ...rowOf(point, rateOf(best), { turns }, aim),
    beside: cpuText(best.nodeMicros / best.events, best.postgresMicros / best.events),
  };
}

function processMemory(few: Measured, all: Measured, unbound: number): Row {
  return {
    ...memory('memory of the process, small heap, 2 workers', few, all, ({ peakBytes }) => peakBytes),
    beside: `${mib(few.peakBytes)} for ${count(few.events)} events; ${mib(unbound)} with all the heap that it likes`,
    aim: 'does not grow',
    met: all.peakBytes <= few.peakBytes * SAME_MEMORY,
  };
}

/** Sorts for indexes take up to maintenance_work_mem; few rows take less. */
function postgresMemory(few: Measured, all: Measured): Row {
  return {
    ...memory('memory of Postgres beside shared buffers', few, all, ({ postgresPeakBytes }) => postgresPeakBytes),
    beside: `${mib(few.postgresPeakBytes)} for ${count(few.events)} events`,
    aim: `≤ ${mib(MAINTENANCE_WORK_MEMORY)} more`,
    met: all.postgresPeakBytes <= few.postgresPeakBytes + MAINTENANCE_WORK_MEMORY,
  };
}

function memory(point: string, few: Measured, all: Measured, peakOf: (measured: Measured) => number): Row {
  return {
    part: 'rebuild',
    point,
    figure: mib(peakOf(all)),
    load: loadNow(),
    data: { events: [few.events, all.events], peakBytes: [peakOf(few), peakOf(all)] },
  };
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

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
