import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { liveSchema, tableName } from '../ddl.js';
import type { Projection } from '../definition.js';
import { defaultRunnerOptions } from '../ports.js';
import { readBuild } from './build-state.js';
import { buildStandby } from './build.js';
import type { SwapPorts } from './catch-up.js';
import { askToCancel, withRebuildLock } from './lock.js';
import { RebuildRefused, type BuildOptions, type BuildPorts, type BuildProgress, type BuildReport } from './ports.js';
import { dropStandby, hasStandby } from './standby.js';
import { swapIn } from './swap.js';

export type RebuildPorts = BuildPorts & SwapPorts;

export type RebuildProgress = BuildProgress | { phase: 'catching up'; done: number; total: null };

export type RebuildOptions = Omit<BuildOptions, 'maxParkedStreams' | 'onProgress'> & {
  /** Swaps however many streams are parked. */
  acceptParked?: boolean;
  onProgress?(progress: RebuildProgress): void;
};

/** `position` is the lowest checkpoint of the new live table. */
export type RebuildReport = BuildReport & { projection: string; position: number };

/**
 * Builds a read model anew beside the live one and lets it take its place; the former live table is kept as the standby.
 * @throws RebuildRefused, the reason of `signal`, or the failure of the surroundings; the live table is then as it was, and the next call
 * goes on where this one ended
 */
export async function rebuildProjection(
  ports: RebuildPorts,
  definition: Projection,
  options: RebuildOptions,
): Promise<RebuildReport> {
  return withRebuildLock(ports.pool, definition, async (ended) => {
    const signal = options.signal ? AbortSignal.any([ended, options.signal]) : ended;
    const maxParkedStreams = options.acceptParked ? Infinity : defaultRunnerOptions.maxParkedStreams;
    const built = await buildStandby(ports, definition, { ...options, maxParkedStreams, signal });
    const onProgress = (done: number) => options.onProgress?.({ phase: 'catching up', done, total: null });
    const { position } = await swapIn(ports, definition, {
      signal,
      onProgress,
      maxParkedStreams,
      isBuild: true,
    });
    return { projection: definition.versionedName, ...built, position };
  });
}

/**
 * Takes the table back that the last rebuild replaced, caught up with the log. The other one is then kept.
 * @throws RebuildRefused when no old table is kept
 */
export async function rollBack(
  ports: RebuildPorts,
  definition: Projection,
  signal?: AbortSignal,
): Promise<{ position: number }> {
  return withRebuildLock(ports.pool, definition, async (ended) => {
    await refuseUnlessKept(ports.pool, definition);
    return swapIn(ports, definition, { signal: signal ? AbortSignal.any([ended, signal]) : ended });
  });
}

/** @throws RebuildRefused when no old table is kept */
export async function dropOld(pool: pg.Pool, definition: Projection): Promise<void> {
  await withRebuildLock(pool, definition, async () => {
    await refuseUnlessKept(pool, definition);
    await dropStandby(pool, definition);
  });
}

async function refuseUnlessKept(pool: pg.Pool, definition: Projection): Promise<void> {
  const { versionedName } = definition;
  if (await readBuild(pool, definition))
    throw new RebuildRefused(
      `A rebuild of ${versionedName} is not finished: "projections rebuild ${versionedName}" goes on with it, "projections cancel ${versionedName}" gives it up.`,
    );
  if (!(await hasStandby(pool, definition))) throw new RebuildRefused(`${versionedName} keeps no old table.`);
}

const cancelMs = 30_000;
const cancelPollMs = 100;

/**
 * Gives an unfinished rebuild up, also one that runs in another process, and removes what it built.
 * @returns false when there is none
 * @throws RebuildRefused when the other process does not end
 */
export async function cancelRebuild(pool: pg.Pool, definition: Projection): Promise<boolean> {
  if (!(await askToCancel(pool, definition))) return false;
  for (const until = Date.now() + cancelMs; ;) {
    try {
      return await withRebuildLock(pool, definition, async () => {
        // It may have been swapped in before it heard of this; the standby is then the old table.
        if (!(await readBuild(pool, definition))) return false;
        return dropStandby(pool, definition);
      });
    } catch (error) {
      if (!(error instanceof RebuildRefused) || Date.now() > until) throw error;
      await delay(cancelPollMs);
    }
  }
}

/** A table that no process runs and that is this far behind is faster built than caught up. */
const farBehind = 10_000;

/** Projections that a process of this program would have to build at its start. */
export async function unprepared(ports: RebuildPorts, definitions: Projection[]): Promise<Projection[]> {
  const head = await ports.safeHead();
  const { rows } = await ports.pool.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n(name, "table")
     WHERE to_regclass(n."table") IS NULL
        OR NOT EXISTS (SELECT FROM store.processes p WHERE n.name = ANY (p.projections) AND p.expires_at > clock_timestamp())
       AND (SELECT count(*) FROM store.checkpoints c WHERE c.projection = n.name AND c.position >= $3) < $4`,
    [
      definitions.map(({ versionedName }) => versionedName),
      definitions.map((definition) => tableName(definition, liveSchema)),
      head - farBehind,
      ports.partitions,
    ],
  );
  return definitions.filter(({ versionedName }) => rows.some(({ name }) => name === versionedName));
}

/** Builds a projection before any process runs it. What may have been there was of no use, and is not kept. */
export async function prepareProjection(
  ports: RebuildPorts,
  definition: Projection,
  options: RebuildOptions,
): Promise<RebuildReport> {
  const report = await rebuildProjection(ports, definition, options);
  await dropStandby(ports.pool, definition);
  return report;
}
