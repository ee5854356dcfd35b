import type { Command } from 'commander';
import { dropJob, findJob, listJobs, retryJob, type JobRow } from '../core/tasks/jobs.js';
import { silos } from '../silos.js';
import { CommandFailure, exitCodes } from './exit.js';
import { print, printFacts, printRows, type OutputOptions } from './output.js';
import { withSession, type Session } from './session.js';

/** More jobs than this are not listed. */
const listLimit = 200;

export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('look at background work that is not done, and mend it');

  jobs
    .command('list')
    .description(`the oldest ${listLimit} jobs that are not done; exit code 4 when one has failed for good`)
    .option('--failed', 'only those that are not tried again')
    .option('--json', 'print JSON')
    .action((options: OutputOptions & { failed?: boolean }) => withSession((session) => list(session, options)));

  jobs
    .command('show')
    .description('one job, with its payload')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, options: OutputOptions) =>
      withSession(async (session) => printFacts(await jobOf(session, id), options)),
    );

  jobs
    .command('retry')
    .description('give a job all its tries again, the first of them now')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, options: OutputOptions) => withSession((session) => retry(session, id, options)));

  jobs
    .command('drop')
    .description('remove a job that is not to be done')
    .argument('<id>')
    .requiredOption('--yes', 'there is no way back')
    .option('--json', 'print JSON')
    .action((id: string, options: OutputOptions) => withSession((session) => drop(session, id, options)));
}

async function list({ pool }: Session, { failed = false, json }: OutputOptions & { failed?: boolean }): Promise<void> {
  const rows = await listJobs(pool, { onlyFailed: failed, limit: listLimit });
  printRows(
    rows,
    {
      job: (row) => row.id,
      task: (row) => row.task,
      state: (row) => row.state,
      tries: (row) => `${row.attempts}/${row.maxAttempts}`,
      'next try': (row) => (row.state === 'waiting' ? row.runAt : null),
      key: (row) => row.key,
      error: (row) => row.lastError?.split('\n')[0],
    },
    failed ? 'No job has failed for good.' : 'No job is waiting.',
    { json },
  );
  if (rows.some(({ state }) => state === 'failed')) process.exitCode = exitCodes.findings;
}

async function retry(session: Session, id: string, options: OutputOptions): Promise<void> {
  const job = await jobOf(session, id);
  // A job that failed before its last try keeps no more tries than it had.
  const maxAttempts = silos.tasks.find(({ name }) => name === job.task)?.maxAttempts ?? job.maxAttempts;
  if (!(await retryJob(session.pool, id, maxAttempts))) throw busy(job);
  if (options.json) printFacts(await jobOf(session, id), options);
  else print(`Job ${id} is tried again.`);
}

async function drop(session: Session, id: string, options: OutputOptions): Promise<void> {
  const job = await jobOf(session, id);
  if (!(await dropJob(session.pool, id))) throw busy(job);
  if (options.json) printFacts(job, options);
  else print(`Job ${id} is dropped.`);
}

async function jobOf({ pool }: Session, id: string) {
  const job = /^\d{1,18}$/.test(id) ? await findJob(pool, id) : null;
  if (!job) throw new CommandFailure(`There is no job ${id}: it is done, or never was.`, exitCodes.notFound);
  return job;
}

const busy = ({ id }: JobRow): CommandFailure => new CommandFailure(`Job ${id} is running; try again when it is not.`);
