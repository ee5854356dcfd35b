import type pg from 'pg';
import type { Projection } from '../definition.js';
import { cancelled } from './build-state.js';
import { RebuildRefused } from './ports.js';

/** Class of the advisory locks of which a projection has one each. Nothing else in the database uses it. */
const rebuildLock = 1463897412;
const lookMs = 1_000;

/**
 * Runs what changes a projection's standby while nobody else does.
 * @param work gets a signal that is aborted when somebody cancels the build, or when the lock is lost with its connection
 * @throws RebuildRefused when another process is at it
 */
export async function withRebuildLock<T>(
  pool: pg.Pool,
  definition: Projection,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    if (!(await tryLock(client, definition)))
      throw new RebuildRefused(`Another process is rebuilding ${definition.versionedName}.`);
    const ended = new AbortController();
    const watch = setInterval(() => {
      lookWhetherCancelled(client, definition).catch((error: unknown) => ended.abort(error));
    }, lookMs);
    try {
      return await work(ended.signal);
    } finally {
      clearInterval(watch);
      await unlock(client, definition);
    }
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

async function tryLock(client: pg.ClientBase, { versionedName }: Projection): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked', [
    rebuildLock,
    versionedName,
  ]);
  return rows[0].locked;
}

/** So that the next one need not wait until Postgres has seen the connection end. When that is what happened, there is nothing left to do. */
async function unlock(client: pg.ClientBase, { versionedName }: Projection): Promise<void> {
  await client
    .query('SELECT pg_advisory_unlock($1, hashtext($2))', [rebuildLock, versionedName])
    .catch(() => undefined);
}

async function lookWhetherCancelled(client: pg.ClientBase, definition: Projection): Promise<void> {
  const { rows } = await client.query(
    `UPDATE store.rebuilds SET updated_at = now() WHERE projection = $1 RETURNING phase`,
    [definition.versionedName],
  );
  if (rows[0]?.phase === 'cancelled') throw cancelled(definition);
}

/** Tells a build that runs in whatever process to end. @returns false when there is no unfinished build */
export async function askToCancel(pool: pg.Pool, { versionedName }: Projection): Promise<boolean> {
  const { rowCount } = await pool.query(`UPDATE store.rebuilds SET phase = 'cancelled' WHERE projection = $1`, [
    versionedName,
  ]);
  return rowCount === 1;
}
