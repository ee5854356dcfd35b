import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const beatMs = 1_000;
// A holder on another machine or in another container cannot be asked whether it lives; its heartbeat tells.
const silentMs = 15_000;

/**
 * Runs `work` while holding a lock file, so that two starts at once do not install or build over each other.
 * The lock of a process that is gone is taken over. `work` gets `alsoHeldBy(pid)`: a child process that must have ended, too.
 * @param {string} file the lock file; its folder is made
 * @param {(alsoHeldBy: (pid: number) => void) => Promise<T>} work
 * @param {() => void} onWait called once when another process holds the lock
 * @returns {Promise<T>} what `work` returns
 * @template T
 */
export async function withLock(file, work, onWait) {
  mkdirSync(dirname(file), { recursive: true });
  const holder = { host: hostname(), pids: [process.pid] };
  let waited = false;
  while (!take(file, holder)) {
    if (removeAbandoned(file)) continue;
    if (!waited) onWait();
    waited = true;
    await delay(100);
  }
  const beat = setInterval(() => touch(file), beatMs);
  try {
    return await work((pid) => {
      holder.pids.push(pid);
      writeFileSync(file, JSON.stringify(holder));
    });
  } finally {
    clearInterval(beat);
    rmSync(file, { force: true });
  }
}

function take(file, holder) {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves an abandoned lock aside before it is deleted, for of several waiters only one can move it. */
function removeAbandoned(file) {
  const aside = `${file}.${process.pid}`;
  try {
    if (!isAbandoned(file)) return false;
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
  if (isAbandoned(aside)) rmSync(aside, { force: true });
  else renameSync(aside, file); // another waiter was quicker, and this is already its own lock
  return true;
}

function isAbandoned(file) {
  const silent = Date.now() - statSync(file).mtimeMs > silentMs;
  const holder = parse(readFileSync(file, 'utf8'));
  if (!holder || holder.host !== hostname()) return silent;
  // A process id may belong to somebody else by now (after a reboot), hence the heartbeat, with more patience.
  if (Date.now() - statSync(file).mtimeMs > 4 * silentMs) return true;
  return !holder.pids.some(isAlive);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // written at this moment, or cut off by a crash: the heartbeat decides
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Somebody deleted the lock by hand; the work goes on.
  }
}
