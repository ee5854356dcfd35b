import { completeTable, tableName } from '../ddl.js';
import type { Projection } from '../definition.js';
import { describeFailure } from '../failure.js';
import { defaultRunnerOptions } from '../ports.js';
import { transaction } from '../transaction.js';
import { beginBuild, markBuilt, unload } from './build-state.js';
import { skipsOf } from './catch-up.js';
import { loadBySql } from './fold-sql.js';
import { PartLoader } from './load-part.js';
import type { Build, BuildOptions, BuildPorts, BuildReport } from './ports.js';
import { standbyName, standbySchema } from './standby.js';

/** Sorting so many takes some 5 GB of temporary files, for each worker. */
const mostEventsPerReading = 8_000_000;

/**
 * Builds a projection's table anew in schema `standby`, from the log as it is at the begin, with checkpoints to go on from there. Goes on
 * with what an earlier run of the same fold left.
 * The caller makes sure that no other build of the same projection runs (`withRebuildLock`).
 * @throws RebuildRefused, the reason of `signal`, or the failure of the surroundings; parts that are loaded are kept for the next run
 */
export async function buildStandby(
  ports: BuildPorts,
  definition: Projection,
  options: BuildOptions,
): Promise<BuildReport> {
  const build = await beginBuild(ports, definition, options.eventsPerPart);
  const resumedParts = build.loaded.size;
  const way = build.phase === 'loading' ? await loadAndComplete(ports, build, options) : builtBefore;
  const parked = await ports.pool.query('SELECT count(*)::int AS n FROM store.parked_streams WHERE projection = $1', [
    standbyName(definition),
  ]);
  return {
    target: build.target,
    events: build.totalEvents,
    resumedParts,
    parts: build.parts,
    parkedStreams: parked.rows[0].n,
    ...way,
  };
}

type Way = Pick<BuildReport, 'by' | 'sqlFailure'>;

const builtBefore: Way = { by: 'handlers', sqlFailure: null };

/**
 * The bare table takes values that its indexes refuse: a text that is too long for one, or a row on which an expression fails. The runner
 * parks the streams of such values, and so does a load against the indexes, which is slow: it is tried only then.
 */
async function loadAndComplete(ports: BuildPorts, build: Build, options: BuildOptions): Promise<Way> {
  const way = await loadAll(ports, build, options);
  try {
    await complete(ports, build, options);
    return way;
  } catch (error) {
    if (!isRefusedByIndex(error)) throw error;
    await unload(ports.pool, build);
    await loadByHandlers(ports, build, await skipsOf(ports.pool, build.definition), { ...options, inBatches: true });
    await complete(ports, build, options);
    return { by: 'handlers', sqlFailure: way.by === 'sql' ? describeFailure(error) : way.sqlFailure };
  }
}

/** SQLSTATE classes 54, program limit exceeded, and 22, data exception: an index by an expression can fail on a row as well. */
const isRefusedByIndex = (error: unknown): boolean => /^(22|54)...$/.test((error as { code?: string }).code ?? '');

async function loadAll(ports: BuildPorts, build: Build, options: BuildOptions): Promise<Way> {
  const { definition } = build;
  const skips = await skipsOf(ports.pool, definition);
  let sqlFailure: string | null = null;
  if (definition.foldSql && (options.useSql ?? true) && build.loaded.size === 0) {
    try {
      await loadBySql(ports.pool, build, skips);
      return { by: 'sql', sqlFailure };
    } catch (error) {
      // Handlers know what to do with whatever it was, and fail again when it was the surroundings.
      sqlFailure = describeFailure(error);
    }
  }
  await loadByHandlers(ports, build, skips, options);
  return { by: 'handlers', sqlFailure };
}

async function loadByHandlers(
  ports: BuildPorts,
  build: Build,
  skips: ReadonlySet<number>,
  options: BuildOptions & { inBatches?: boolean },
): Promise<void> {
  const { workers, onProgress, signal, inBatches, maxParkedStreams = defaultRunnerOptions.maxParkedStreams } = options;
  let done = [...build.loaded.values()].reduce((sum, events) => sum + events, 0);
  const onRead = (events: number) => {
    done += events;
    onProgress?.({ phase: 'loading', done, total: build.totalEvents });
  };
  onRead(0);
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const loader = new PartLoader(ports, build, { maxParkedStreams, skips, onRead, inBatches, signal: either });
  const readings = readingsOf(build, ports.partitions, workers);
  const work = async () => {
    for (let parts = readings.shift(); parts; parts = readings.shift()) {
      either.throwIfAborted();
      await loader.load(parts);
    }
  };
  const endings = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      work().catch((error: unknown) => {
        // The first failure ends the others, whose own is then only that.
        stop.abort(error);
        throw error;
      }),
    ),
  );
  if (endings.some(({ status }) => status === 'rejected')) throw either.reason;
}

/**
 * Which missing parts are read in one go: all of a slice, for each reading looks at the whole log, as long as there is something for
 * every worker and the sort stays bounded.
 */
function readingsOf({ parts, loaded, totalEvents }: Build, partitions: number, workers: number): number[][] {
  const readings: number[][] = [];
  const most = Math.max(1, Math.floor((mostEventsPerReading * parts) / Math.max(1, totalEvents)));
  for (let slice = 0; slice < parts; slice += partitions) {
    const missing = Array.from({ length: partitions }, (_, n) => slice + n).filter((part) => !loaded.has(part));
    const size = Math.min(most, Math.ceil(missing.length / workers));
    for (let at = 0; at < missing.length; at += size) readings.push(missing.slice(at, at + size));
  }
  return readings;
}

/** Key, indexes, statistics, and checkpoints at the target: the standby is a whole read model at an earlier moment. */
async function complete(
  { pool, partitions }: BuildPorts,
  build: Build,
  { signal, onProgress }: BuildOptions,
): Promise<void> {
  const { definition, target, totalEvents } = build;
  onProgress?.({ phase: 'indexing', done: totalEvents, total: totalEvents });
  await transaction(pool, async (client) => {
    for (const statement of completeTable(definition, standbySchema)) {
      signal?.throwIfAborted();
      await client.query(statement);
    }
    await client.query(`ANALYZE ${tableName(definition, standbySchema)}`);
    await client.query(
      `INSERT INTO store.checkpoints (projection, partition, position) SELECT $1, n, $2 FROM generate_series(0, $3::int - 1) n`,
      [standbyName(definition), target, partitions],
    );
    await markBuilt(client, build);
  });
}
