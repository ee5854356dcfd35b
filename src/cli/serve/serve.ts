import { loadConfig, type Config } from '../../core/config/config.js';
import { onTerminationSignal } from '../../core/http/shutdown.js';
import { createLogger, type Logger } from '../../core/observability/logger.js';
import { Closing } from './closing.js';
import { openFoundation } from './foundation.js';
import { openProbes } from './http.js';
import { openKafka } from './kafka.js';
import { openProjector } from './projector.js';
import type { Role } from './roles.js';
import { warnOfRoles } from './warnings.js';

/**
 * Runs the given parts of the service until it is told to end.
 * @throws StartupError with one clear line when it cannot start; whatever was opened is closed again.
 */
export async function serve(roles: readonly Role[]): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config);
  log.info({ roles }, 'starting');
  for (const warning of [...config.warnings, ...warnOfRoles(config, roles)]) log.warn(warning);
  const closing = new Closing();
  // A signal that comes while the service still starts ends it as soon as the step under way is done.
  let isStarted = false;
  let stopWanted = false;
  const stop = async (signal: string) => {
    stopWanted = true;
    if (!isStarted) return;
    log.info({ signal }, 'stopping: answering what was accepted');
    await closing.run();
    log.info('stopped');
    // All is closed; but a try of Kafka's client to connect cannot be taken back, and goes on for some ten seconds.
    process.exit();
  };
  onTerminationSignal(
    (signal) => void stop(signal).catch((error: unknown) => log.error({ err: error }, 'could not stop in order')),
    () => process.exit(1),
  );
  try {
    await start(config, log, roles, closing);
    isStarted = true;
    if (stopWanted) await stop('before it was ready');
  } catch (error) {
    await closing.run().catch((failure: unknown) => log.warn({ err: failure }, 'could not close in order'));
    throw error;
  }
}

/** Modules of a role are loaded only where it runs. HTTP is opened last, for it is to be closed first. */
async function start(config: Config, log: Logger, roles: readonly Role[], closing: Closing): Promise<void> {
  const foundation = await openFoundation(config, log, roles, closing);
  const kafka = await openKafka(foundation);
  const projector = await openProjector(foundation, kafka);
  const relay = kafka && roles.includes('relay') ? (await import('./relay.js')).openRelay(foundation, kafka) : null;
  const worker = roles.includes('worker')
    ? (await import('./worker.js')).openWorker(foundation, projector.processId)
    : null;
  const listen = roles.includes('api')
    ? await (await import('./api.js')).openApi(foundation, projector)
    : openProbes(foundation);
  await kafka?.checked();
  const url = await listen();
  log.info({ url, publicUrl: config.publicUrl, roles }, 'listening');
  // These come after the first answers; a mail needs the URL that is known only now.
  worker?.start();
  relay?.start();
}
