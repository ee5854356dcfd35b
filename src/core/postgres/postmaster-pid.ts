import { rm, writeFile } from 'node:fs/promises';
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
 * Postgres itself looks only whether the pid in the file is in use, and would refuse to start for a number that now belongs to another
 * program or to a zombie that nobody reaps (usual in containers). So the number of a dead server is replaced by one that no process
 * can have. The rest of the file stays: it leads Postgres to the shared memory that orphaned sessions may still use.
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
  if (!options.repair) return undefined;
  // Without a number it was being written when the power was lost: no server came to life.
  if (found) await writeFile(path, text.replace(/^.*$/m, String(NOBODY)));
  else await rm(path, { force: true });
  return undefined;
}

/** Greater than any pid of Linux (2^22) or macOS (99998), and still an `int` for Postgres. */
const NOBODY = 2_147_483_647;

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
