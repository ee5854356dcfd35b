import type pg from 'pg';
import type { Job } from './task.js';

/** `key` names what the job is for: while a job with that key is there, no second one is made. Jobs of one queue run one after the other. */
export type NewJob = Job & { key: string; queue: string | null };

/**
 * Adds jobs in the caller's transaction, in the order given, with one statement; a running worker is woken by the commit.
 * `unsafe_dedupe` leaves a job with the same key as it is, also while it runs: it is unsafe only for keys that mean more than one occasion.
 * Jobs of one statement would all be due at the time of the transaction, and so in no order: the clock goes on between them.
 */
export async function addJobs(client: pg.ClientBase, jobs: NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await client.query({
    name: 'add jobs',
    text: `SELECT count(added.id)
      FROM unnest($1::text[], $2::json[], $3::integer[], $4::text[], $5::text[]) AS j(task, payload, max_attempts, key, queue),
      LATERAL graphile_worker.add_job(j.task, j.payload, queue_name => j.queue, run_at => clock_timestamp(),
        max_attempts => j.max_attempts, job_key => j.key, job_key_mode => 'unsafe_dedupe') AS added`,
    values: [
      jobs.map(({ task }) => task),
      jobs.map(({ payload }) => JSON.stringify(payload)),
      jobs.map(({ maxAttempts }) => maxAttempts),
      jobs.map(({ key }) => key),
      jobs.map(({ queue }) => queue),
    ],
  });
}
