import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ends the servers that outlived their tests, which startServer() noted in `folder` by process id: first as Ctrl-C does, so that
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

function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // it has ended
  }
}
