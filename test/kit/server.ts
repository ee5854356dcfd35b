import { rmSync } from 'node:fs';
import { makeDataFolder } from './data-folder.js';
import type { TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { startProgram, type Exit, type Program } from './program.js';

export type TestServer = {
  /** `http://127.0.0.1:<port>`, as the server itself reported it. */
  url: string;
  graphqlUrl: string;
  pid: number;
  dataDir: string;
  /** All that it wrote to stdout and stderr so far. */
  output(): string;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>;
  /** Asks it to end, and waits. Does nothing when it has ended. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<Exit>;
  /** Ends it without warning (`kill -9`), and waits. */
  kill(): Promise<Exit>;
};

export type ServerOptions = {
  /** The server's database; without one it gets what `env` says, or starts its embedded Postgres. */
  database?: Pick<TestDatabase, 'url'>;
  /** A data folder that the caller removes; without one the server gets its own, which is removed at its end. */
  dataDir?: string;
  /** Settings beside the defaults of a test: a free port on 127.0.0.1. */
  env?: Record<string, string>;
  /** What the process does, as `--roles` takes it; all, when left out. */
  roles?: string;
  /** See ProgramOptions. */
  ownGroup?: boolean;
  program?: string;
  /** How long the start may take until `/readyz` answers 200. */
  timeoutMs?: number;
};

/**
 * Starts the built program as its own process, as a user does.
 * @throws Error with its whole output when it ends, or is not ready within `timeoutMs`.
 */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { database, env = {}, roles, ownGroup, program: path, timeoutMs = 30_000 } = options;
  const dataDir = options.dataDir ?? makeDataFolder();
  const program = startProgram(['serve', ...(roles ? ['--roles', roles] : [])], {
    cwd: dataDir,
    ownGroup,
    program: path,
    env: { ...serverEnvironment(dataDir, database), ...env },
  });
  const exited = program.exited.finally(() => {
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });
  const output = () => program.stdout() + program.stderr();
  try {
    const url = await ready(program, timeoutMs);
    const end = async (signal: NodeJS.Signals) => {
      await program.end(signal);
      return exited;
    };
    const server = { url, graphqlUrl: `${url}/graphql`, pid: program.pid, dataDir, output, exited };
    return { ...server, stop: (signal = 'SIGINT') => end(signal), kill: () => end('SIGKILL') };
  } catch (error) {
    await program.end('SIGKILL');
    throw new Error(`${(error as Error).message}\n${output()}`, { cause: error });
  }
}

/** The settings of a server in a test, also for the commands that are run beside it. */
export function serverEnvironment(dataDir: string, database?: Pick<TestDatabase, 'url'>): Record<string, string> {
  const url = database && { DATABASE_URL: database.url };
  // A test file logs in more often in a minute than a person does in a day, all from one address.
  return { HOST: '127.0.0.1', PORT: '0', WAYBILL_DATA_DIR: dataDir, WAYBILL_LIMIT_FACTOR: '100', ...url };
}

/** Waits for the line that names the address, then for `/readyz`. */
async function ready({ stdout, exited }: Program, timeoutMs: number): Promise<string> {
  let ended: Exit | undefined;
  void exited.then((exit) => (ended = exit));
  const url = await eventually(async () => {
    if (ended) return undefined;
    const listening = listeningUrl(stdout());
    if (!listening) throw new Error(`The server does not listen after ${timeoutMs} ms.`);
    const { status } = await fetch(`${listening}/readyz`);
    if (status !== 200) throw new Error(`/readyz answers ${status} after ${timeoutMs} ms.`);
    return listening;
  }, timeoutMs);
  if (!url) throw new Error(`The server ended at its start: ${JSON.stringify(ended)}.`);
  return url;
}

/** The server logs `{"msg":"listening","url":"http://127.0.0.1:12345",…}` once its port is open. */
export function listeningUrl(output: string): string | undefined {
  const wholeLines = output.split('\n').slice(0, -1);
  const line = wholeLines.find((candidate) => candidate.startsWith('{') && candidate.includes('"msg":"listening"'));
  return line && (JSON.parse(line) as { url: string }).url;
}
