import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger as WorkerLogger, TaskList, WorkerEvents, WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from '../observability/logger.js';
import { giveBackJobsOf, giveBackJobsOfTheDead } from './lost-jobs.js';
import { runJob } from './run-job.js';
import type { Task, TaskTools } from './task.js';

/** Jobs that this process runs at the same time. Most of a job is waiting for somebody else's server. */
const concurrency = 4;

/** Connections for the worker: its jobs' short statements, and one that listens. */
export const workerConnections = concurrency + 1;

export type WorkerOptions = {
  /** Of its own, not that of the projections: a job must not be taken before it is on disk, for it may be done for all to see. */
  pool: pg.Pool;
  tasks: Task[];
  tools: TaskTools;
  /** This process in store.processes, under which its jobs are locked. */
  processId: string;
  log: Logger;
  /** How often is looked for jobs when no notification came, and for jobs of dead processes. */
  pollMs?: number;
  /** How long `stop` waits for the jobs under way before it aborts them; after twice that it waits no longer. */
  graceMs?: number;
};

/** How long a stop waits for a listener that has only just begun. */
const listenMs = 1000;

/** Runs the jobs of this process with graphile-worker, and keeps it running. */
export class Worker {
  private current: WorkerPool | null = null;
  private stopping = false;
  private loop: Promise<void> | null = null;
  private readonly stopWanted = new AbortController();
  /** Settles when the library's listener has begun to listen. */
  private listening: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WorkerOptions) {}

  /** Begins to run jobs. Without tasks there is nothing to run. */
  start(): void {
    if (this.options.tasks.length > 0) this.loop = this.run();
  }

  private get graceMs(): number {
    return this.options.graceMs ?? 5000;
  }

  get running(): boolean {
    return this.current !== null || this.options.tasks.length === 0;
  }

  /** Takes no more jobs and waits for those under way; what takes too long is given back as a failed try. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopWanted.abort();
    const pool = this.current;
    if (pool) {
      const late = setTimeout(() => void forced(pool), 2 * this.graceMs);
      // The library would send UNLISTEN while its LISTEN is still under way, of which the driver complains on standard error.
      await Promise.race([this.listening, delay(listenMs, undefined, { ref: false })]);
      await Promise.resolve(pool.gracefulShutdown('stopping')).catch(() => undefined);
      clearTimeout(late);
    }
    await this.loop;
  }

  /** The library gives up when it cannot note the end of a job, as when the database is restarted; then it is begun anew. */
  private async run(): Promise<void> {
    const { pollMs = 2000, log } = this.options;
    const library = await import('graphile-worker');
    const tending = this.tend(pollMs * 2);
    while (!this.stopping) {
      try {
        await this.runOnce(library, pollMs);
      } catch (error) {
        log.warn({ err: error }, 'the worker stopped by itself and is begun anew');
      }
      if (!this.stopping) await this.pause(pollMs);
    }
    await tending;
  }

  private async runOnce(
    { Logger: LibraryLogger, runTaskList }: typeof import('graphile-worker'),
    pollInterval: number,
  ): Promise<void> {
    const { pool, processId } = this.options;
    // Those that an earlier worker of this process has left locked.
    await giveBackJobsOf(pool, processId);
    if (this.stopping) return;
    const events: WorkerEvents = new EventEmitter();
    // Before it takes its first job: whoever finds a job of ours can see in store.processes whether we live.
    events.on('pool:create', ({ workerPool }) => void (workerPool.id = processId));
    // It tells so right before it sends its LISTEN.
    events.on('pool:listen:success', ({ client }) => {
      this.listening = new Promise((resolve) => {
        client.once('drain', resolve).once('end', resolve);
      });
    });
    this.current = runTaskList(
      {
        schema: 'graphile_worker',
        concurrency,
        pollInterval,
        noHandleSignals: true,
        gracefulShutdownAbortTimeout: this.graceMs,
        logger: new LibraryLogger(this.libraryLog),
        events,
        // Without these the end of a job is noted by a promise that nobody waits for: a lost connection would end the process.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      },
      this.taskList(),
      pool,
    );
    try {
      await this.current.promise;
    } finally {
      this.current = null;
    }
  }

  private taskList(): TaskList {
    const { pool, tools, log, tasks } = this.options;
    return Object.fromEntries(
      tasks.map((task) => [
        task.name,
        (_: unknown, { job, abortSignal }) => runJob({ pool, tools, log }, task, job, abortSignal!),
      ]),
    ) as TaskList;
  }

  /** Looks again and again for jobs of processes that died. */
  private async tend(everyMs: number): Promise<void> {
    const { pool, processId, log } = this.options;
    while (!this.stopping) {
      await giveBackJobsOfTheDead(pool, processId).catch((error: unknown) =>
        log.warn({ err: error }, 'jobs of dead processes are looked for again later'),
      );
      await this.pause(everyMs);
    }
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopWanted.signal, ref: false }).catch(() => undefined);
  }

  /** The library's own lines about jobs hold payloads and stacks; ours say the same with fields. */
  private readonly libraryLog: ConstructorParameters<typeof WorkerLogger>[0] = () => (level, message, meta) => {
    if (meta && ('failure' in meta || 'success' in meta)) return;
    const { log } = this.options;
    if (level === 'error') log.error(`worker: ${message}`);
    else if (level === 'warning') log.warn(`worker: ${message}`);
    else log.debug(`worker: ${message}`);
  };
}

async function forced(pool: WorkerPool): Promise<void> {
  await Promise.resolve(pool.forcefulShutdown('the process stops')).catch(() => undefined);
}
