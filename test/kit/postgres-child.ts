import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { processInfo } from '../../src/core/postgres/process-info.js';
import { eventually } from './eventually.js';
import { noteProcess } from './program.js';

const repository = resolve(import.meta.dirname, '../..');

/** What the child runs: starts the database, says so in one JSON line, then waits; SIGTERM stops both. */
const program = `
import { startEmbeddedPostgres, StartupError } from './postgres.mjs';
const begun = performance.now();
try {
  const running = await startEmbeddedPostgres({ ...JSON.parse(process.argv[2]), log: (line) => console.error(line) });
  process.on('SIGTERM', () => running.stop().then(() => process.exit(0)));
  process.on('SIGINT', () => console.error('got SIGINT'));
  setInterval(() => undefined, 60_000);
  console.log(JSON.stringify({ ...running, startMs: Math.round(performance.now() - begun) }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message, expected: error instanceof StartupError }));
  if (!(error instanceof StartupError)) console.error(error);
  process.exitCode = 1;
}
`;

/** Puts a runnable copy of `src/core/postgres` into `folder`, as the built product would hold it. @returns the program's path */
export async function buildPostgresChild(
  folder: string,
  nodeModules = join(repository, 'node_modules'),
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(repository, 'src/core/postgres/index.ts')],
    outfile: join(folder, 'postgres.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await writeFile(join(folder, 'child.mjs'), program);
  await symlink(nodeModules, join(folder, 'node_modules')).catch(() => undefined);
  return join(folder, 'child.mjs');
}

export type PostgresChild = {
  process: ChildProcess;
  /** The JSON line: the running database, or the error. */
  outcome: Promise<Outcome>;
  /** Everything written to standard error so far. */
  log(): string;
  exited: Promise<number | NodeJS.Signals | null>;
};

export type Outcome = {
  url: string;
  adminUrl: string;
  pid: number;
  attached: boolean;
  startMs: number;
  error?: string;
  expected?: boolean;
};

/** Starts a real Node process, in a process group of its own, that runs the embedded Postgres of `options.dataDir`. */
export function startChild(
  program: string,
  options: { dataDir: string; settings?: Record<string, string>; timeoutMs?: number; sharedFolder?: string },
  user: { uid?: number; gid?: number } = {},
): PostgresChild {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const forget = noteProcess(child.pid);
  child.once('close', forget);
  let output = '';
  let log = '';
  child.stderr!.on('data', (chunk) => (log += chunk.toString()));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.stdout!.on('data', (chunk) => {
      output += chunk.toString();
      if (output.includes('\n')) resolve(JSON.parse(output) as Outcome);
    });
    child.once('close', () => reject(new Error(`The child ended without a word. ${log}`)));
  });
  outcome.catch(() => undefined);
  const exited = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once('close', (code, signal) => done(code ?? signal));
  });
  return { process: child, outcome, log: () => log, exited };
}

/** Ends the server that a killed child left behind, if there is one. Its data is of no more use. */
export async function endServers(base: string): Promise<void> {
  const text = await readFile(join(base, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!(pid > 0)) return;
  await eventually(async () => {
    if (!(await processInfo(pid))) return;
    process.kill(pid, 'SIGQUIT');
    throw new Error(`The server ${pid} does not end.`);
  });
}
