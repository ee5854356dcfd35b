import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/core/postgres/index.js';
import { makeDataFolder, removeDataFolder } from './data-folder.js';

/** A Postgres that only this test has, to restart, kill and take back in time. Its address stays the same. */
export type PrivatePostgres = {
  url: string;
  /** The superuser of the same server and database. */
  adminUrl: string;
  dataDir: string;
  start(): Promise<void>;
  /** Fast shutdown: every session ends at once, and what was committed is on disk. */
  stop(): Promise<void>;
  /** `kill -9` of the server: what was not flushed yet is gone, and the next start recovers. */
  kill(): Promise<void>;
  /** Keeps a copy of its data, as a backup of the stopped server does. It must not run. */
  backUp(): Promise<void>;
  /** Puts the copy in the place of its data. It must not run. */
  restore(): Promise<void>;
  /** Stops it and removes all. */
  drop(): Promise<void>;
};

// Nothing here cuts the power, so nothing needs to wait for the disk.
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const dataDir = makeDataFolder();
  const cluster = join(dataDir, 'postgres');
  const copy = join(dataDir, 'backup');
  let running: EmbeddedPostgres;
  const start = async () => {
    running = await startEmbeddedPostgres({ dataDir, settings, log: () => undefined });
  };
  await start();
  return {
    url: running!.url,
    adminUrl: sameDatabase(running!.adminUrl, running!.url),
    dataDir,
    start,
    stop: () => running.stop(),
    kill: async () => {
      process.kill(running.pid, 'SIGKILL');
      // Waits for its end and frees the folder for the next start.
      await running.stop();
    },
    backUp: async () => {
      await rm(copy, { recursive: true, force: true });
      await cp(cluster, copy, { recursive: true });
    },
    restore: async () => {
      await rm(cluster, { recursive: true });
      await cp(copy, cluster, { recursive: true });
    },
    drop: async () => {
      await running.stop();
      await removeDataFolder(dataDir);
    },
  };
}

function sameDatabase(adminUrl: string, url: string): string {
  const changed = new URL(adminUrl);
  changed.pathname = new URL(url).pathname;
  return changed.href;
}
