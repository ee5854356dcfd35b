import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfExists } from './files.js';
import { processInfo, type ProcessInfo } from './process-info.js';

/** What a running server tells in its `postmaster.pid` (PostgreSQL source: src/include/utils/pidfile.h). */
export type Postmaster = { pid: number; startedAt: number; port: number; ready: boolean };

/** Parts of the file, or undefined while it is empty or still being written. */
export function parsePostmasterPid(text: string): Postmaster | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, startedAt: Number(lines[2]) * 1000, port: Number(lines[3]), ready: lines[7] === 'ready' };
}

/**
 * The live server of this cluster, if there is one.
 * A pid file whose number now belongs to another program, or an empty one (power was lost while it was written), is removed:
 * Postgres itself looks only whether the number is in use and would refuse to start. A pid that nobody has is left to Postgres.
 * Who repairs holds the lock of the data folder, so nobody starts a server here meanwhile.
 * @param cluster real path of the cluster
 * @param options.repair false: only look, for callers without the lock
 */
export async function livePostmaster(cluster: string, options = { repair: true }): Promise<Postmaster | undefined> {
  const path = join(cluster, 'postmaster.pid');
  const text = await readIfExists(path);
  if (text === undefined) return undefined;
  const found = parsePostmasterPid(text);
  const info = found && (await processInfo(found.pid));
  if (found && info && isServerOf(cluster, found, info)) return found;
  if (options.repair && (!found || info)) await rm(path, { force: true });
  return undefined;
}

/**
 * Is this process the server that wrote the pid file? Its folder must be the cluster (a postmaster works inside its data
 * directory and was started with `-D`). The start time must agree as well, unless folder and command line both name the cluster:
 * then a difference only means that the system's clock was set.
 */
export function isServerOf(cluster: string, file: Postmaster, info: ProcessInfo): boolean {
  const named = `${info.command} `.includes(` -D ${cluster} `);
  const inside = info.folder === undefined ? named : info.folder === cluster;
  if (!inside) return false;
  return named || Math.abs(info.startedAt - file.startedAt) < 10_000;
}
