import { join } from 'node:path';
import { localUrl, withClient } from './connection.js';
import { readIfExists } from './files.js';
import { livePostmaster, type Postmaster } from './postmaster-pid.js';
import { stopServer, waitUntilReady } from './server.js';
import { startedWith } from './settings.js';
import type { State } from './state.js';

/** A live server is kept when it answers and is the one that we would start; otherwise it is stopped. Says which, and why. */
export async function attach(
  cluster: string,
  settings: Record<string, string>,
  state: State,
  log: (line: string) => void,
  timeoutMs: number,
): Promise<Postmaster | undefined> {
  const live = await livePostmaster(cluster);
  if (!live) return undefined;
  const ready = await waitUntilReady(cluster, live, timeoutMs);
  const fault = await whyNot(cluster, ready, settings, state);
  if (ready && !fault) {
    log(`The database server of an earlier Waybill still runs (process ${live.pid}); using it.`);
    return ready;
  }
  log(`The database server of an earlier Waybill still runs (process ${live.pid}), but ${fault}; starting it anew.`);
  await stopServer(live.pid);
  return undefined;
}

async function whyNot(
  cluster: string,
  server: Postmaster | undefined,
  settings: Record<string, string>,
  state: State,
): Promise<string | undefined> {
  if (!server) return 'it does not become ready';
  const opts = (await readIfExists(join(cluster, 'postmaster.opts'))) ?? '';
  if (!startedWith(opts, settings)) return 'it has other settings or another version';
  try {
    const url = localUrl('postgres', state.adminPassword, server.port, 'postgres');
    await withClient(url, 5000, (client) => client.query('SELECT 1'));
    return undefined;
  } catch {
    return 'it does not answer';
  }
}
