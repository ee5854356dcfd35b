import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabase } from './database.js';
import { eventually } from './eventually.js';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type TestServer = {
  /** `http://127.0.0.1:<port>`, as the server itself reported it. */
  url: string;
  graphqlUrl: string;
  pid: number;
  /** Its data folder, removed when it has ended. */
  dataDir: string;
  /** All that it wrote to stdout and stderr so far. */
  output(): string;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>;
  /** Asks it to end as Ctrl-C does, and waits. Does nothing when it has ended. */
  stop(): Promise<Exit>;
  /** Ends it without warning (`kill -9`), and waits. */
  kill(): Promise<Exit>;
};

export type ServerOptions = {
  /** The server's database; without one it gets what `env` says, or starts its embedded Postgres. */
  database?: Pick<TestDatabase, 'url'>;
  /** Settings beside the defaults of a test: a free port on 127.0.0.1 and a data folder of its own, removed at the end. */
  env?: Record<string, string>;
  /** How long the start may take until `/readyz` answers 200. */
  timeoutMs?: number;
};

/**
 * Starts the built program as its own process, as a user does.
 * @throws Error with its whole output when it ends, or is not ready within `timeoutMs`.
 */
export async function startServer({ database, env = {}, timeoutMs = 30_000 }: ServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 'data-'));
  const child = spawn(process.execPath, [program(), 'serve'], {
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited(),
      HOST: '127.0.0.1',
      PORT: '0',
      WAYBILL_DATA_DIR: dataDir,
      ...(database && { DATABASE_URL: database.url }),
      ...env,
    },
  });
  const output = collect(child);
  // A test that forgets to stop it must not hang jest: test/run.mjs then ends the server and complains.
  for (const handle of [child, child.stdout as Socket, child.stderr as Socket]) handle.unref();
  const forget = note(child.pid);
  const exited = exitOf(child).finally(() => {
    forget();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  try {
    const url = await ready(output, exited, timeoutMs);
    const server = { url, graphqlUrl: `${url}/graphql`, pid: child.pid!, dataDir, output, exited };
    return { ...server, stop: () => end('SIGINT'), kill: () => end('SIGKILL') };
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`${(error as Error).message}\n${output()}`, { cause: error });
  }
}

/** Leaves the process id for test/run.mjs, so that the server cannot outlive the run even when jest kills the test's worker. */
function note(pid: number | undefined): () => void {
  const folder = process.env.WAYBILL_TEST_SERVERS;
  if (!folder || !pid) return () => undefined;
  const file = join(folder, String(pid));
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

/** Only what a process needs: a test must not depend on the developer's own settings. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'TZ'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function program(): string {
  const path = process.env.WAYBILL_TEST_PROGRAM;
  if (!path)
    throw new Error('WAYBILL_TEST_PROGRAM is not set: run the tests with "npm test" or "node test/run.mjs <pattern>".');
  return path;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: string) => void (text += chunk);
  child.stdout!.setEncoding('utf8').on('data', add);
  child.stderr!.setEncoding('utf8').on('data', add);
  return () => text;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Waits for the line that names the address, then for `/readyz`. */
async function ready(output: () => string, exited: Promise<Exit>, timeoutMs: number): Promise<string> {
  let ended: Exit | undefined;
  void exited.then((exit) => (ended = exit));
  const url = await eventually(async () => {
    if (ended) return undefined;
    const listening = listeningUrl(output());
    if (!listening) throw new Error(`The server does not listen after ${timeoutMs} ms.`);
    const { status } = await fetch(`${listening}/readyz`);
    if (status !== 200) throw new Error(`/readyz answers ${status} after ${timeoutMs} ms.`);
    return listening;
  }, timeoutMs);
  if (!url) throw new Error(`The server ended at its start: ${JSON.stringify(ended)}.`);
  return url;
}

/** The server logs `{"msg":"listening","url":"http://127.0.0.1:12345",…}` once its port is open. */
function listeningUrl(output: string): string | undefined {
  const wholeLines = output.split('\n').slice(0, -1);
  const line = wholeLines.find((candidate) => candidate.startsWith('{') && candidate.includes('"msg":"listening"'));
  return line && (JSON.parse(line) as { url: string }).url;
}
