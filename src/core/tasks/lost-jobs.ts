import type pg from 'pg';

/**
 * Jobs are locked by the process that runs them. A killed process leaves its jobs locked, and the library gives such a lock up after
 * four hours; but store.processes knows at once who lives. A process that is alive and was taken for dead runs its job to the end
 * beside whoever got it meanwhile, so a task must bear that.
 */
export async function giveBackJobsOfTheDead(pool: pg.Pool, ownProcessId: string): Promise<void> {
  await pool.query(
    `SELECT graphile_worker.force_unlock_workers(dead.ids) FROM (
       SELECT array_agg(DISTINCT locked_by) AS ids FROM graphile_worker.jobs j
       WHERE locked_by IS NOT NULL AND locked_by <> $1
         AND NOT EXISTS (SELECT FROM store.processes p WHERE p.id::text = j.locked_by)
     ) dead WHERE dead.ids IS NOT NULL`,
    [ownProcessId],
  );
}

/** Unlocks all jobs of one process. */
export async function giveBackJobsOf(pool: pg.Pool, processId: string): Promise<void> {
  await pool.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [processId]);
}
