import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { localUrl } from './connection.js';
import { livePostmaster } from './postmaster-pid.js';
import { DATABASE, ROLE } from './roles.js';
import { readState } from './state.js';
import { errorCode, explain } from './startup-error.js';

/**
 * The database of a Waybill that runs now, for commands beside it: takes no lock, starts and stops nothing.
 * @returns undefined when no server of this data folder is ready
 * @throws StartupError when the folder cannot be read
 */
export async function runningEmbeddedPostgres(dataDir: string): Promise<{ url: string; pid: number } | undefined> {
  try {
    const folder = await realpath(dataDir);
    const state = await readState(folder);
    if (!state) return undefined;
    const cluster = join(state.location ?? folder, 'postgres');
    const server = await livePostmaster(cluster, { repair: false });
    if (!server?.ready) return undefined;
    return { url: localUrl(ROLE, state.password, server.port, DATABASE), pid: server.pid };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw explain(error, `The data folder ${dataDir} cannot be read`);
  }
}
