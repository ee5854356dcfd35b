import type pg from 'pg';
import type { JsonObject } from '../event-store/types.js';

/** `waiting` for its time, `running`, or `failed`: no try is left, and an operator decides. A job that is done is gone. */
export type JobState = 'waiting' | 'running' | 'failed';

export type JobRow = {
  id: string;
  task: string;
  state: JobState;
  attempts: number;
  maxAttempts: number;
  /** What it is for: `reactor:SendInviteEmail:<position of the event>`. */
  key: string | null;
  queue: string | null;
  runAt: Date;
  createdAt: Date;
  lastError: string | null;
};

const state = `CASE WHEN locked_at IS NOT NULL THEN 'running' WHEN attempts >= max_attempts THEN 'failed' ELSE 'waiting' END`;
const columns = `id::text AS id, task_identifier AS task, ${state} AS state, attempts, max_attempts AS "maxAttempts", key,
  queue_name AS queue, run_at AS "runAt", created_at AS "createdAt", last_error AS "lastError"`;

/** The oldest jobs that are not done, oldest first. */
export async function listJobs(pool: pg.Pool, { onlyFailed, limit }: { onlyFailed: boolean; limit: number }) {
  const { rows } = await pool.query<JobRow>(
    `SELECT ${columns} FROM graphile_worker.jobs WHERE NOT $1 OR ${state} = 'failed' ORDER BY jobs.id LIMIT $2`,
    [onlyFailed, limit],
  );
  return rows;
}

/** The library's view leaves payloads out. */
export async function findJob(pool: pg.Pool, id: string): Promise<(JobRow & { payload: JsonObject }) | null> {
  const { rows } = await pool.query(
    `SELECT ${columns}, (SELECT payload FROM graphile_worker._private_jobs p WHERE p.id = jobs.id) AS payload
     FROM graphile_worker.jobs WHERE id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Gives a job all its tries again, the first of them now. @returns false when there is none, or it runs */
export async function retryJob(pool: pg.Pool, id: string, maxAttempts: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM graphile_worker.reschedule_jobs(ARRAY[$1::bigint], run_at => now(), attempts => 0, max_attempts => $2)`,
    [id, maxAttempts],
  );
  return rowCount === 1;
}

/** Removes a job that is not to be done. @returns false when there is none, or it runs */
export async function dropJob(pool: pg.Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM graphile_worker.complete_jobs(ARRAY[$1::bigint])', [id]);
  return rowCount === 1;
}

/** For a job that runs: the library has no call that does not also take its key away. */
export async function forbidFurtherTries(pool: pg.Pool, id: string): Promise<void> {
  await pool.query('UPDATE graphile_worker._private_jobs SET max_attempts = attempts WHERE id = $1', [id]);
}

export type JobCounts = { waiting: number; failed: number };

export async function countJobs(pool: pg.Pool): Promise<JobCounts> {
  const { rows } = await pool.query(
    `SELECT count(*) FILTER (WHERE ${state} <> 'failed')::int AS waiting, count(*) FILTER (WHERE ${state} = 'failed')::int AS failed
     FROM graphile_worker.jobs`,
  );
  return rows[0];
}
