import type { Job as StoredJob } from 'graphile-worker';
import type pg from 'pg';
import type { JsonObject } from '../event-store/types.js';
import { counter } from '../observability/metrics.js';
import type { Logger } from '../observability/logger.js';
import { scrub } from '../observability/redact.js';
import { PermanentFailure } from './permanent-failure.js';
import { forbidFurtherTries } from './jobs.js';
import type { Task, TaskTools } from './task.js';

const jobs = counter({
  name: 'waybill_jobs_total',
  help: 'Tries of jobs: done, failed and to be tried again, or failed for good.',
  labels: ['task', 'outcome'],
});

export type JobSurroundings = { pool: pg.Pool; tools: TaskTools; log: Logger };

/**
 * One try of one job.
 * @throws Error with the reason as it is stored with the job: one line, without secrets
 */
export async function runJob(
  { pool, tools, log }: JobSurroundings,
  task: Task,
  job: StoredJob,
  signal: AbortSignal,
): Promise<void> {
  try {
    await task.run(job.payload as JsonObject, { ...tools, signal });
    jobs.inc({ task: task.name, outcome: 'done' });
  } catch (error) {
    const isPermanent = error instanceof PermanentFailure;
    if (isPermanent) await forbidFurtherTries(pool, job.id);
    const isLast = isPermanent || job.attempts >= job.max_attempts;
    jobs.inc({ task: task.name, outcome: isLast ? 'exhausted' : 'failed' });
    const fields = { task: task.name, job: job.id, attempt: job.attempts, err: error };
    if (isLast) log.error(fields, `job failed for good: see "waybill jobs show ${job.id}"`);
    else log.warn(fields, 'job failed and is tried again');
    throw new Error(scrub(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}
