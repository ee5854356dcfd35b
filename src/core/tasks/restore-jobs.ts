import type pg from 'pg';

/** Jobs that are not done, in the order in which they were made. One that is running is not done. */
export const jobsQuery = `SELECT j.task_identifier AS task, p.payload, j.queue_name AS queue, j.run_at, j.priority, j.attempts,
    j.max_attempts, j.key, j.last_error
  FROM graphile_worker.jobs j JOIN graphile_worker._private_jobs p USING (id) ORDER BY j.id`;

/**
 * Makes jobs of rows of `jobsQuery`, with the tries that they had, in the caller's transaction. The library's calls make them; what they
 * cannot say (tries, the last error) is added to what they made.
 */
export async function restoreJobs(client: pg.ClientBase, rows: Record<string, unknown>[]): Promise<void> {
  const added = await client.query(
    `SELECT added.id FROM ROWS FROM (json_to_recordset($1) AS (
       task text, payload json, queue text, run_at timestamptz, priority integer, max_attempts integer, key text)
     ) WITH ORDINALITY AS j(task, payload, queue, run_at, priority, max_attempts, key, n),
     LATERAL graphile_worker.add_job(j.task, j.payload, queue_name => j.queue, run_at => j.run_at, priority => j.priority,
       max_attempts => j.max_attempts, job_key => j.key, job_key_mode => 'unsafe_dedupe') AS added ORDER BY j.n`,
    [JSON.stringify(rows)],
  );
  await client.query(
    `UPDATE graphile_worker._private_jobs p SET attempts = j.attempts, last_error = j.last_error
     FROM unnest($1::bigint[], $2::integer[], $3::text[]) AS j(id, attempts, last_error) WHERE p.id = j.id`,
    [added.rows.map(({ id }) => id), rows.map(({ attempts }) => attempts), rows.map((row) => row.last_error)],
  );
}
