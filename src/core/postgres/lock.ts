import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, realpath, rm, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ownLikeFolder } from './files.js';
import { errorCode, explain, StartupError } from './startup-error.js';

export type DataDirLock = { release(): Promise<void> };

/**
 * Takes the data folder for this process alone, and makes the folder (mode 0700) when it is missing.
 *
 * The lock is a listening Unix socket `<dataDir>/lock/<n>`: the kernel closes it with the process, whatever kills that, so there
 * is no pid to go stale or to be used again, and it works across containers that share the folder. The holder is who listens on the
 * highest number; a dead one is never removed but overtaken by linking n + 1, which only one of several contenders can do.
 * Numbers only grow, so who linked a number that was overtaken and removed meanwhile sees a higher one and gives way.
 * @throws StartupError when another process has it, named by its pid, or when the folder cannot be used.
 */
export async function acquireDataDirLock(dataDir: string): Promise<DataDirLock> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const folder = join(await realpath(dataDir), 'lock');
    await mkdir(folder, { mode: 0o700 }).catch(ignore('EEXIST'));
    await ownLikeFolder(folder);
    for (;;) {
      const lock = await tryAcquire(dataDir, folder);
      if (lock) return lock;
    }
  } catch (error) {
    throw explain(error, `The data folder ${dataDir} cannot be used`);
  }
}

/** One attempt; undefined when another contender moved at the same moment and the folder must be looked at again. */
async function tryAcquire(dataDir: string, folder: string): Promise<DataDirLock | undefined> {
  const highest = await highestNumber(folder);
  if (highest > 0) {
    const holder = await askHolder(folder, highest);
    if (holder === 'gone') return undefined;
    if (holder !== 'dead') throw refusal(dataDir, holder);
  }
  const temporary = `new-${randomBytes(6).toString('hex')}`;
  const own = highest + 1;
  const server = await listen(folder, temporary);
  const linked = await link(join(folder, temporary), join(folder, String(own))).then(
    () => true,
    (error) => (ignore('EEXIST', 'ENOENT')(error), false),
  );
  await unlink(join(folder, temporary)).catch(ignore('ENOENT'));
  if (linked && (await highestNumber(folder)) === own) {
    await ownLikeFolder(join(folder, String(own)));
    await removeOthers(folder, own);
    return { release: () => close(server) };
  }
  if (linked) await unlink(join(folder, String(own))).catch(ignore('ENOENT'));
  await close(server);
  return undefined;
}

function refusal(dataDir: string, holder: Holder): StartupError {
  const known = holder.pid !== undefined;
  const who = known
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : 'a process that does not answer';
  const how = known ? `Stop it first (kill ${holder.pid})` : 'Stop it first';
  return new StartupError(
    `Another Waybill (${who}) already uses the data folder ${dataDir}. ${how}, or give this one its own folder with WAYBILL_DATA_DIR. ` +
      'The embedded database is for one process: to run several, give all of them one PostgreSQL with DATABASE_URL.',
  );
}

type Holder = { pid?: number; host?: string; since?: string };

/** `dead`: nobody listens. `gone`: the entry was removed meanwhile. A holder that listens but is stuck still holds. */
async function askHolder(folder: string, number: number): Promise<Holder | 'dead' | 'gone'> {
  return atAddress(folder, String(number), (address) => {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = createConnection(address);
      socket.setTimeout(1000, () => socket.destroy());
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(parseHolder(answer)));
      socket.on('error', (error) => {
        if (errorCode(error) === 'ECONNREFUSED') resolve('dead');
        else if (errorCode(error) === 'ENOENT') resolve('gone');
        else if (errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM') reject(error);
        else resolve({});
      });
    });
  });
}

function parseHolder(answer: string): Holder {
  try {
    return JSON.parse(answer) as Holder;
  } catch {
    return {};
  }
}

async function listen(folder: string, name: string): Promise<Server> {
  const self = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(self);
  });
  server.unref();
  return atAddress(folder, name, (address) => {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, () => resolve(server));
    });
  });
}

/** The kernel's limit for the path of a Unix socket is 104 bytes on macOS and 108 on Linux, with the closing NUL. */
const LONGEST_ADDRESS = 103;

/** Gives `use` a path to the entry that is short enough for a socket: on Linux any folder can be named by an open descriptor. */
async function atAddress<T>(folder: string, name: string, use: (address: string) => Promise<T>): Promise<T> {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS) return use(path);
  if (process.platform !== 'linux') {
    throw new StartupError(`The path ${folder} is too long for a socket. Choose a shorter WAYBILL_DATA_DIR.`);
  }
  const handle = await open(folder, 'r');
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}

async function highestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Math.max(0, ...numbers);
}

/** Lower numbers are dead. A contender whose unlinked socket goes with them looks again and finds us. */
async function removeOthers(folder: string, own: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('new-') || Number(name) < own) await rm(join(folder, name), { force: true });
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function ignore(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(errorCode(error) ?? '')) throw error;
  };
}
