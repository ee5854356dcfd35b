import type { Config } from '../core/config/config.js';
import { checkExternalPostgres, runningEmbeddedPostgres, startEmbeddedPostgres } from '../core/postgres/index.js';
import { note } from './output.js';

export type OpenDatabase = { url: string; close(): Promise<void> };

/**
 * The database for a server: an external one, or the embedded one, held for this process alone until `close`.
 * @param lost called when the embedded one ends though nobody told it to.
 */
export async function openServerDatabase(
  config: Config,
  log: (line: string) => void,
  lost: () => void = () => undefined,
): Promise<OpenDatabase> {
  if (config.databaseUrl) return openExternal(config.databaseUrl);
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const watch = setInterval(() => {
    if (isAlive(embedded.pid)) return;
    clearInterval(watch);
    lost();
  }, 1000);
  watch.unref();
  return {
    url: embedded.url,
    close: async () => {
      clearInterval(watch);
      await embedded.stop();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The server may run as another account, which may be looked at but not signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The database for a command: that of a running server when there is one, else started for the length of the command. */
export async function openCommandDatabase(config: Config): Promise<OpenDatabase> {
  if (config.databaseUrl) return openExternal(config.databaseUrl);
  const running = await runningEmbeddedPostgres(config.dataDir);
  if (running) return { url: running.url, close: async () => undefined };
  return openServerDatabase(config, note);
}

async function openExternal(url: string): Promise<OpenDatabase> {
  await checkExternalPostgres(url);
  return { url, close: async () => undefined };
}
