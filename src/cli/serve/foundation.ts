import type pg from 'pg';
import type { Config } from '../../core/config/config.js';
import { countStatements, createPool, type PoolOptions } from '../../core/event-store/pool.js';
import { Listener } from '../../core/feed/listener.js';
import { WakeUp } from '../../core/feed/wake-up.js';
import { Readiness } from '../../core/http/readiness.js';
import type { Logger } from '../../core/observability/logger.js';
import { sqlStatements } from '../../core/observability/metrics.js';
import { openCore, type Core } from '../../core/runtime/core.js';
import { migrate } from '../../core/runtime/migrate.js';
import { silos } from '../../silos.js';
import { openServerDatabase } from '../database.js';
import { openKeyRing } from '../session.js';
import type { Closing } from './closing.js';
import type { Role } from './roles.js';

/** What every process has, whatever its roles. */
export type Foundation = {
  config: Config;
  log: Logger;
  roles: readonly Role[];
  closing: Closing;
  readiness: Readiness;
  core: Core;
  /** For read models and waits; with `synchronous_commit` off. */
  projectionPool: pg.Pool;
  listener: Listener;
  wakeUp: WakeUp;
  /** Further connections of a role's own, counted under a name of theirs, and closed with the rest. */
  openPool(name: string, options: Omit<PoolOptions, 'url' | 'onError'>): pg.Pool;
};

/** Opens the database, brings it to this version, and opens the store. What is opened is closed by `closing`. */
export async function openFoundation(
  config: Config,
  log: Logger,
  roles: readonly Role[],
  closing: Closing,
): Promise<Foundation> {
  const url = await openDatabase(config, log, closing);
  const onError = (error: Error) => log.warn({ err: error }, 'database connection lost');
  const openPool: Foundation['openPool'] = (name, options) => {
    const pool = createPool({ ...options, url, onError });
    countStatements(pool, () => sqlStatements.inc({ pool: name }));
    closing.add(() => pool.end());
    return pool;
  };
  const pool = openPool('api', { max: 10, role: 'append' });
  const projectionPool = openPool('projection', { max: 6, role: 'projection' });
  const listener = new Listener({ url, onError });
  await listener.start();
  closing.add(() => listener.stop());
  const wakeUp = new WakeUp(projectionPool, listener);
  closing.add(() => wakeUp.close());
  const core = await openCore(pool, openKeyRing(config), silos, () => wakeUp.appended(), projectionPool);
  listener.onLost(() => core.store.forgetNumbers());
  const readiness = new Readiness();
  checkStore(readiness, core);
  return { config, log, roles, closing, readiness, core, projectionPool, listener, wakeUp, openPool };
}

async function openDatabase(config: Config, log: Logger, closing: Closing): Promise<string> {
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
  return database.url;
}

function checkStore(readiness: Readiness, core: Core): void {
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
}
