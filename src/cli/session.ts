import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { loadConfig, type Config } from '../core/config/config.js';
import { KeyRing, type KeyWrapper } from '../core/crypto/key-ring.js';
import { openKeyRingFile } from '../core/crypto/key-ring-file.js';
import { executeFor, type Execute } from '../core/command/dispatcher.js';
import { createPool } from '../core/event-store/pool.js';
import { openCore, type Core } from '../core/runtime/core.js';
import { migrate } from '../core/runtime/migrate.js';
import { silos } from '../silos.js';
import { openCommandDatabase } from './database.js';
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
};

/** Opens the database of the configuration for one command, and closes all of it at the end, whatever happens. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const config = loadConfig();
  for (const warning of config.warnings) note(warning);
  const database = await openCommandDatabase(config);
  try {
    await migrate(database.url);
    const pool = createPool({ url: database.url, max: 4, role: 'append' });
    try {
      const ring = openKeyRing(config);
      const core = await openCore(pool, ring, silos, () => undefined);
      return await work({
        config,
        url: database.url,
        pool,
        core,
        ring,
        executeAs: (name) => systemExecute(core, name),
      });
    } finally {
      await pool.end();
    }
  } finally {
    await database.close();
  }
}

/** The key ring from the environment, or that of the data folder, which is made when it is missing. */
export function openKeyRing(config: Config): KeyWrapper {
  if (config.keyRing) return KeyRing.fromText(config.keyRing);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return openKeyRingFile(keyRingPath(config));
}

export const keyRingPath = (config: Config): string => join(config.dataDir, 'keys');

export function systemExecute(core: Core, name: string): Execute {
  const dispatcher = core.dispatcher(null);
  const correlationId = randomUUID();
  const meta = () => ({ actor: { kind: 'system' as const, name }, now: new Date(), correlationId });
  return executeFor(meta, (command) => dispatcher.run(command));
}
