import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { deleteOldNonces } from '../accounts/nonce/nonce.table.js';
import { BlobModule } from '../core/blob/blob.module.js';
import { loadConfig, type Config } from '../core/config/config.js';
import { deleteOldAttempts } from '../core/auth/attempts.js';
import { deleteOldCommandKeys } from '../core/event-store/command-keys.js';
import { countStatements, createPool } from '../core/event-store/pool.js';
import { Listener } from '../core/feed/listener.js';
import { WakeUp } from '../core/feed/wake-up.js';
import { createGraphqlModule } from '../core/graphql/graphql.module.js';
import { createApp } from '../core/http/create-app.js';
import { Readiness } from '../core/http/readiness.js';
import { closeGracefully, onTerminationSignal } from '../core/http/shutdown.js';
import { forgetOldMails } from '../core/mail/mails.js';
import { createLogger, type Logger } from '../core/observability/logger.js';
import { sqlStatements } from '../core/observability/metrics.js';
import { StartupError } from '../core/postgres/startup-error.js';
import { openCore, type Core } from '../core/runtime/core.js';
import { CoreModule } from '../core/runtime/core.module.js';
import { migrate } from '../core/runtime/migrate.js';
import { createProjector, type Projector } from '../core/runtime/projector.js';
import { startHousekeeping } from '../core/runtime/housekeeping.js';
import { createWorker } from '../core/runtime/jobs.js';
import { eventsApplied, measureFeed, measureJobs } from '../core/runtime/measures.js';
import { countJobs } from '../core/tasks/jobs.js';
import { workerConnections, type Worker } from '../core/tasks/worker.js';
import { graphqlModules } from '../modules.js';
import { silos } from '../silos.js';
import { openServerDatabase } from './database.js';
import { makeFirstOperator } from './first-start.js';
import { openKeyRing } from './session.js';

/** What has to be closed, in the order in which it was opened; it is closed in the opposite one. */
class Closing {
  private readonly steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** A step that fails does not keep the later ones, the database's above all, from being done. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.steps.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Runs the service until it is told to end.
 * @throws StartupError with one clear line when it cannot start; whatever was opened is closed again.
 */
export async function serve(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config);
  for (const warning of config.warnings) log.warn(warning);
  const closing = new Closing();
  // A signal that comes while the service still starts ends it as soon as the step under way is done.
  let app: NestFastifyApplication | undefined;
  let stopWanted = false;
  const stop = async (signal: string) => {
    stopWanted = true;
    if (!app) return;
    log.info({ signal }, 'stopping: answering what was accepted');
    await closeGracefully(app);
    await closing.run();
    log.info('stopped');
  };
  onTerminationSignal(
    (signal) => void stop(signal).catch((error: unknown) => log.error({ err: error }, 'could not stop in order')),
    () => process.exit(1),
  );
  try {
    const started = await start(config, log, closing);
    app = started;
    if (stopWanted) await stop('before it was ready');
  } catch (error) {
    await closing.run().catch((failure: unknown) => log.warn({ err: failure }, 'could not close in order'));
    throw error;
  }
}

async function start(config: Config, log: Logger, closing: Closing): Promise<NestFastifyApplication> {
  const database = await openServerDatabase(
    config,
    (line) => log.info(line),
    () => {
      // Without its database it can answer nothing, and what supervises it starts both anew. Nothing that was answered is lost.
      log.fatal(
        'the embedded database has ended by itself (see postgres.log in the data folder); ending, too: start again',
      );
      process.exit(1);
    },
  );
  closing.add(() => database.close());
  const migrated = await migrate(database.url);
  if (migrated.length > 0) log.info({ migrations: migrated }, 'database migrated');

  const { core, projector } = await startCore(config, database.url, log, closing);
  const dispatcher = core.dispatcher(projector.waiter);
  const app = await createApp(config, log, [
    CoreModule.forRoot(core, dispatcher, projector.live),
    BlobModule,
    createGraphqlModule(graphqlModules),
  ]);
  const worker = openWorker(config, database.url, { core, projector }, log, closing);
  registerChecks(app.get(Readiness), core, projector, worker);
  const welcome = await makeFirstOperator(core, dispatcher);
  const url = await listen(app, config).catch((error: unknown) => {
    welcome?.(config.publicUrl, false);
    throw error;
  });
  log.info({ url, publicUrl: config.publicUrl }, 'listening');
  welcome?.(config.publicUrl, true);
  // Jobs come after the first answers; a mail needs the URL that is known only now.
  worker.start();
  return app;
}

async function startCore(
  config: Config,
  url: string,
  log: Logger,
  closing: Closing,
): Promise<{ core: Core; projector: Projector }> {
  const onError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const pool = createPool({ url, max: 10, role: 'append', onError });
  countStatements(pool, () => sqlStatements.inc({ pool: 'api' }));
  closing.add(() => pool.end());
  const projectionPool = createPool({ url, max: 6, role: 'projection', onError });
  countStatements(projectionPool, () => sqlStatements.inc({ pool: 'projection' }));
  closing.add(() => projectionPool.end());
  const listener = new Listener({ url, onError });
  await listener.start();
  closing.add(() => listener.stop());
  const wakeUp = new WakeUp(projectionPool, listener);
  closing.add(() => wakeUp.close());
  const core = await openCore(pool, openKeyRing(config), silos, () => wakeUp.appended(), projectionPool);
  const projector = createProjector({
    core,
    pool: projectionPool,
    listener,
    wakeUp,
    log,
    onApplied: (projection, events) => eventsApplied.inc({ projection, source: 'store' }, events),
  });
  await projector.start();
  closing.add(() => projector.stop());
  measureFeed(core, projector);
  const chores = [
    { what: 'command keys', work: () => deleteOldCommandKeys(pool, config.commandKeyDays) },
    { what: 'attempts', work: () => deleteOldAttempts(pool) },
    { what: 'nonces', work: () => deleteOldNonces(pool) },
    { what: 'mails', work: () => forgetOldMails(pool) },
  ];
  const endHousekeeping = startHousekeeping(chores, log);
  closing.add(async () => endHousekeeping());
  return { core, projector };
}

function openWorker(
  config: Config,
  url: string,
  { core, projector }: { core: Core; projector: Projector },
  log: Logger,
  closing: Closing,
): Worker {
  const onError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const pool = createPool({ url, max: workerConnections, role: 'read', onError });
  countStatements(pool, () => sqlStatements.inc({ pool: 'jobs' }));
  closing.add(() => pool.end());
  const worker = createWorker({ core, pool, processId: projector.processId, config, log });
  closing.add(() => worker.stop());
  measureJobs(core);
  return worker;
}

function registerChecks(readiness: Readiness, core: Core, { runner }: Projector, worker: Worker): void {
  readiness.register('database', async () => {
    await core.pool.query('SELECT 1');
    return { ok: true };
  });
  readiness.register('feed', async () => {
    const stuck = await core.watermark.stuckFor();
    return stuck
      ? {
          ok: false,
          detail: `no event is read: backend ${stuck.pid} has held an append open for ${Math.round(stuck.stuckMs / 1000)} s`,
        }
      : { ok: true };
  });
  readiness.register('projections', async () => {
    const paused = runner.members.all.filter((member) => member.paused).map((member) => member.name);
    const detail = paused.length > 0 ? `paused: ${paused.join(', ')}` : undefined;
    if (runner.trouble) return { ok: false, detail: runner.trouble };
    return runner.caughtUp ? { ok: true, detail } : { ok: false, detail: runner.progressText() };
  });
  readiness.register('jobs', async () => {
    // Never a reason to send requests elsewhere: they are answered without.
    if (!worker.running) return { ok: true, detail: 'the worker does not run' };
    const { failed } = await countJobs(core.pool);
    return { ok: true, detail: failed > 0 ? `${failed} failed for good: see "waybill jobs list --failed"` : undefined };
  });
}

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close();
    throw listenFailure(error, config);
  }
  const url = await app.getUrl();
  // With PORT=0 the port is known only now.
  if (config.publicUrl === 'http://localhost:0') config.publicUrl = `http://localhost:${new URL(url).port}`;
  return url;
}

function listenFailure(error: unknown, { port, host }: Config): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return new StartupError(`Port ${port} on ${host} is in use. Stop what uses it, or choose another with PORT.`);
  if (code === 'EACCES')
    return new StartupError(`This account may not listen on port ${port}. Choose a PORT above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartupError(`HOST ${host} is no address of this machine.`);
  return error;
}
