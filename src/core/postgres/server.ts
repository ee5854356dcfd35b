import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { readIfExists } from './files.js';
import { cannotRun, serverEnvironment } from './initdb.js';
import { logSince, openLog, tellingLine } from './log-file.js';
import { freePort } from './port.js';
import { parsePostmasterPid, type Postmaster } from './postmaster-pid.js';
import { processInfo } from './process-info.js';
import { serverArguments } from './settings.js';
import { StartupError } from './startup-error.js';

export type Launch = {
  binaries: Binaries;
  cluster: string;
  account: Account | undefined;
  settings: Record<string, string>;
  logPath: string;
  /** Port of the last start. */
  wishedPort: number | undefined;
  timeoutMs: number;
};

const PORT_ATTEMPTS = 5;

/**
 * Starts a server on a free port and waits until it accepts connections. Tries again while a port is snatched away, and while sessions of
 * a killed server still end, whose shared memory Postgres rightly respects.
 * @throws StartupError with the last line of its log when it ends or is not ready within `timeoutMs`
 */
export async function launchServer(launch: Launch): Promise<Postmaster> {
  const deadline = Date.now() + launch.timeoutMs;
  for (let portsTried = 0; portsTried < PORT_ATTEMPTS;) {
    const port = await freePort(portsTried === 0 ? launch.wishedPort : undefined);
    const outcome = await tryPort(launch, port);
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'port taken') portsTried++;
    else if (Date.now() > deadline)
      throw new StartupError('Sessions of a killed database server do not end. End its processes by hand.');
    else await pause(50);
  }
  throw new StartupError(
    `No free port on 127.0.0.1 for the database: ${PORT_ATTEMPTS} were taken by others at the last moment.`,
  );
}

async function tryPort(launch: Launch, port: number): Promise<Postmaster | 'port taken' | 'memory in use'> {
  const log = await openLog(launch.logPath);
  const child = spawnServer(launch, port, log.handle.fd);
  const ended = endOf(child);
  await log.handle.close();
  const ready = await Promise.race([ended, untilReady(launch.cluster, child.pid, launch.timeoutMs)]);
  if (typeof ready === 'object') return ready;

  const output = await logSince(launch.logPath, log.from);
  if (ready === 'timeout') {
    child.kill('SIGQUIT');
    throw new StartupError(
      `The database was not ready within ${launch.timeoutMs / 1000} s. Its last log line (${launch.logPath}): ${tellingLine(output)}`,
    );
  }
  if (/could not create any TCP\/IP sockets|Address already in use/.test(output)) return 'port taken';
  if (/pre-existing shared memory block/.test(output)) return 'memory in use';
  if (/No space left on device/.test(output)) throw new StartupError('The database cannot start: the disk is full.');
  throw new StartupError(
    `The database did not start: ${output === '' ? ready : tellingLine(output)} (log: ${launch.logPath})`,
  );
}

/**
 * A session (and process group) of its own: a Ctrl-C in the terminal goes to Node's group and must not reach the server while requests
 * drain. It neither keeps Node alive nor ends with it.
 */
function spawnServer(launch: Launch, port: number, log: number): ChildProcess {
  const child = spawn(
    join(launch.binaries.folder, 'bin', 'postgres'),
    serverArguments(launch.cluster, port, launch.settings),
    { ...launch.account, cwd: '/', env: serverEnvironment(), detached: true, stdio: ['ignore', log, log] },
  );
  child.unref();
  return child;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(cannotRun(error)));
    child.once('exit', (code, signal) => resolve(`it ended at once (${signal ?? `exit code ${code}`})`));
  });
}

/** Reads the state from the pid file, as pg_ctl does, but every two milliseconds instead of every hundred. */
async function untilReady(
  cluster: string,
  pid: number | undefined,
  timeoutMs: number,
): Promise<Postmaster | 'timeout'> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = parsePostmasterPid((await readIfExists(join(cluster, 'postmaster.pid'))) ?? '');
    if (found?.ready && found.pid === pid) return found;
    await pause(2);
  }
  return 'timeout';
}

/** Waits for a server that an earlier Waybill started and that still recovers. @returns undefined when it ends or stays unready. */
export async function waitUntilReady(
  cluster: string,
  server: Postmaster,
  timeoutMs: number,
): Promise<Postmaster | undefined> {
  if (server.ready) return server;
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && (await processInfo(server.pid))) {
    const found = parsePostmasterPid((await readIfExists(join(cluster, 'postmaster.pid'))) ?? '');
    if (found?.ready && found.pid === server.pid) return found;
    await pause(10);
  }
  return undefined;
}

const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;

/**
 * Fast shutdown (SIGINT): sessions end, committed rows are flushed. What does not stop so gets an immediate one (SIGQUIT), after which the
 * next start replays the log; nothing committed is lost either way. Resolves when the process is gone.
 * @throws StartupError naming the pid when it does not go
 */
export async function stopServer(pid: number): Promise<void> {
  const startedAt = (await processInfo(pid))?.startedAt;
  if (startedAt === undefined) return;
  for (const [signal, waitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    if (!send(pid, signal) || (await untilGone(pid, startedAt, waitMs))) return;
  }
  throw new StartupError(`The database server (process ${pid}) does not stop. End it by hand and start again.`);
}

/** @returns false when the process was gone already */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function untilGone(pid: number, startedAt: number, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (Date.now() < deadline) {
    const info = await processInfo(pid);
    if (!info || Math.abs(info.startedAt - startedAt) > 2000) return true;
    await pause(10);
  }
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
