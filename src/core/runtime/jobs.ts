import type pg from 'pg';
import type { Config } from '../config/config.js';
import { Mailer } from '../mail/mailer.js';
import { smtpTransport } from '../mail/transport.js';
import type { Logger } from '../observability/logger.js';
import { Worker } from '../tasks/worker.js';
import type { Core } from './core.js';

export type JobsPorts = {
  core: Core;
  /** Connections of its own: see WorkerOptions. */
  pool: pg.Pool;
  /** This process in store.processes. */
  processId: string;
  config: Pick<Config, 'smtp' | 'mailFrom' | 'publicUrl'>;
  log: Logger;
};

/** Ties the tasks of all silos to what they work with. */
export function createWorker({ core, pool, processId, config, log }: JobsPorts): Worker {
  // With PORT=0 the URL is known only when the server listens.
  const publicUrl = () => config.publicUrl;
  const mailer = new Mailer({
    pool,
    dataKeys: core.dataKeys,
    transport: config.smtp ? smtpTransport(config.smtp) : null,
    from: config.mailFrom ?? null,
    publicUrl,
    incarnation: core.store.incarnation,
    log,
  });
  const tools = { reader: core.reader, linkTokens: core.linkTokens, mailer, publicUrl };
  return new Worker({ pool, tasks: core.silos.tasks, tools, processId, log });
}
