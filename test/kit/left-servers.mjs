import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ends the programs that outlived their tests, which startProgram() noted in `folder` by process id: first as Ctrl-C does, so that
 * each also stops its embedded Postgres, and after `patienceMs` without mercy.
 * @returns {Promise<number>} how many there were
 */
export async function endLeftServers(folder, patienceMs = 5_000) {
  const left = readdirSync(folder)
    .map(Number)
    .filter((pid) => send(pid, 'SIGINT'));
  const deadline = Date.now() + patienceMs;
  while (left.some((pid) => send(pid, 0)) && Date.now() < deadline) await delay(20);
  for (const pid of left) send(pid, 'SIGKILL');
  return left.length;
}

/**
 * Ends every Postgres whose cluster lies in `folder`: those of programs that a test killed, and those of an interrupted run.
 * Their data is of no more use.
 * @returns {Promise<number>} how many there were
 */
export async function endLeftPostgres(folder) {
  const left = [...clustersBelow(folder, 4)].map(postmasterOf).filter((pid) => pid > 0 && send(pid, 'SIGQUIT'));
  const deadline = Date.now() + 5_000;
  while (left.some((pid) => send(pid, 0)) && Date.now() < deadline) await delay(20);
  return left.length;
}

function* clustersBelow(folder, depth) {
  if (existsSync(join(folder, 'postmaster.pid'))) return yield folder;
  if (depth === 0) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) yield* clustersBelow(join(folder, entry.name), depth - 1);
}

/** Takes away the file systems that an interrupted test left mounted in `folder`. */
export function unmountLeft(folder) {
  if (!existsSync('/proc/mounts')) return;
  const mounted = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1]);
  for (const place of mounted.filter((each) => each?.startsWith(`${folder}/`))) spawnSync('umount', [place]);
}

/** The server's process, if the file is not that of a server that died: a process of another name may have its number now. */
function postmasterOf(cluster) {
  const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);
  return commandOf(pid).includes(cluster) ? pid : 0;
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended, or this system has no /proc: its servers then are left to whoever interrupted the run
  }
}

function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // it has ended
  }
}
