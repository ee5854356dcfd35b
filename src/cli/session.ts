import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { join } from 'node:path';
import { existsSync, mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, type Config } from '../core/config/config.js';
import { KeyRing, type KeyWrapper } from '../core/crypto/key-ring.js';
import { openKeyRingFile } from '../core/crypto/key-ring-file.js';
import { executeFor, type Dispatcher, type Execute } from '../core/command/dispatcher.js';
import { createPool } from '../core/event-store/pool.js';
import { WakeUp } from '../core/feed/wake-up.js';
import { openCore, type Core } from '../core/runtime/core.js';
import { migrate } from '../core/runtime/migrate.js';
import { silos } from '../silos.js';
import { onTerminationSignal } from '../core/http/shutdown.js';
import { openCommandDatabase } from './database.js';
import { exitCodes, Interrupted } from './exit.js';
import { note } from './output.js';

/** What an operator's command works with. */
export type Session = {
  config: Config;
  url: string;
  pool: pg.Pool;
  core: Core;
  ring: KeyWrapper;
  /** Runs commands as the system, recorded under the command's name. Does not wait for read models: a running server updates them. */
  executeAs(name: string): Execute;
  /** Aborted by Ctrl-C, SIGTERM, or a reader of the output that went away: what goes on until then ends in good order. */
  interrupted: AbortSignal;
};

/** What does not end by itself after a signal is left alone after this time, and the command fails. */
const interruptionMs = 1000;

/** The migrated database of the configuration, and when to end. */
export type OpenCommand = Pick<Session, 'config' | 'url' | 'interrupted'>;

/** Opens the database of the configuration for one command, and closes all of it at the end, whatever happens. */
export async function withSession<T>(
  work: (session: Session) => Promise<T>,
  { connections = 4 }: { connections?: number } = {},
): Promise<T> {
  return withDatabase(async ({ config, url, interrupted }) => {
    const pool = createPool({ url, max: connections, role: 'append' });
    // A running server shows at once what the command did: the next one may use the token that this one printed.
    const wakeUp = new WakeUp(pool);
    try {
      const ring = openKeyRing(config);
      const core = await openCore(pool, ring, silos, () => wakeUp.appended());
      const executeAs = (name: string) => systemExecute(core.dispatcher(null), name);
      const session = { config, url, pool, core, ring, executeAs, interrupted };
      return await Promise.race([work(session), failureAfter(interrupted)]);
    } finally {
      if (!interrupted.aborted) await wakeUp.close();
      const ended = pool.end();
      // Work that was left alone still has its connections.
      if (!interrupted.aborted) await ended;
    }
  });
}

/** Only the database: a command that needs no key must not make a ring, or keys of the installation, where there are none yet. */
export async function withDatabase<T>(work: (opened: OpenCommand) => Promise<T>): Promise<T> {
  const config = loadConfig();
  for (const warning of config.warnings) note(warning);
  const interruption = new AbortController();
  onTerminationSignal(
    () => interruption.abort(),
    () => process.exit(exitCodes.failed),
  );
  process.stdout.on('error', () => interruption.abort());
  const database = await openCommandDatabase(config);
  try {
    await migrate(database.url);
    return await work({ config, url: database.url, interrupted: interruption.signal });
  } finally {
    await database.close();
  }
}

async function failureAfter(interrupted: AbortSignal): Promise<never> {
  if (!interrupted.aborted) await new Promise((resolve) => interrupted.addEventListener('abort', resolve));
  await delay(interruptionMs, undefined, { ref: false });
  throw new Interrupted();
}

/** The key ring from the environment, or that of the data folder, which is made when it is missing. */
export function openKeyRing(config: Config): KeyWrapper {
  if (config.keyRing) return KeyRing.fromText(config.keyRing);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return openKeyRingFile(keyRingPath(config));
}

/** The key ring as it is; null when there is none. @throws InvalidKeyRing */
export function findKeyRing(config: Config): KeyWrapper | null {
  return config.keyRing || existsSync(keyRingPath(config)) ? openKeyRing(config) : null;
}

export const keyRingPath = (config: Config): string => join(config.dataDir, 'keys');

/** Runs commands as the system, under one correlation id. */
export function systemExecute(dispatcher: Dispatcher, name: string): Execute {
  const correlationId = randomUUID();
  const meta = () => ({ actor: { kind: 'system' as const, name }, now: new Date(), correlationId });
  return executeFor(meta, (command) => dispatcher.run(command));
}
