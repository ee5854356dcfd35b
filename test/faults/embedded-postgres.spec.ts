import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { processInfo } from '../../src/core/postgres/process-info.js';
import { runningEmbeddedPostgres } from '../../src/core/postgres/running.js';
import { eventually } from '../kit/eventually.js';
import { buildPostgresChild, endServers, startChild, type Outcome, type PostgresChild } from '../kit/postgres-child.js';

/** Nothing here cuts the power, so nothing needs to wait for the disk. */
const settings = { fsync: 'off' };

let root: string;
let program: string;
let dataDir: string;
let count = 0;
const children: PostgresChild[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 'waybill-postgres-'));
  await chmod(root, 0o711);
  program = await buildPostgresChild(join(root, 'app'));
});

beforeEach(() => {
  dataDir = join(root, `data-${++count}`);
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await endServers(dataDir);
});

afterAll(() => rm(root, { recursive: true, force: true }));

function start(options: { settings?: Record<string, string> } = {}): PostgresChild {
  const child = startChild(program, { dataDir, settings, ...options });
  children.push(child);
  return child;
}

async function kill(child: PostgresChild, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  child.process.kill(signal);
  await child.exited;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function started(child: PostgresChild): Promise<Outcome> {
  const outcome = await child.outcome;
  if (outcome.error) throw new Error(`${outcome.error}\n${child.log()}`);
  return outcome;
}

/** A cluster that one of the tests made: starting it is what they are about, not making it. */
function useKept(): void {
  beforeEach(() => void (dataDir = join(root, 'data-kept')));
}

/** Commits a row that no test before has written. @returns what `kept` must answer from now on */
async function keep(url: string): Promise<number> {
  const answer = ++count;
  await query(url, `DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT ${answer} AS answer`);
  return answer;
}

const kept = async (url: string) => (await query(url, 'SELECT answer FROM kept'))[0]!.answer;

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const leftovers = async () =>
  (await readdir(dataDir)).filter((name) => name.includes('init-') || name.endsWith('.tmp'));

describe('the first start', () => {
  it('makes a UTF8 database, owned by a role without rights beyond it, that only passwords on loopback open', async () => {
    const first = start();
    const running = await started(first);
    expect(running.attached).toBe(false);

    const [facts] = await query(
      running.url,
      `SELECT current_user AS role, rolsuper, rolcreatedb, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
              datlocprovider AS provider, datlocale AS locale, current_setting('listen_addresses') AS listens
         FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`,
    );
    expect(facts).toEqual({
      role: 'waybill',
      rolsuper: false,
      rolcreatedb: false,
      owner: 'waybill',
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      listens: '127.0.0.1',
    });
    expect(await query(running.adminUrl, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
      { rolsuper: true },
    ]);

    const wrong = new URL(running.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await expect(connects('127.0.0.1', Number(wrong.port))).resolves.toBe(true);
    await expect(connects(anotherAddress(), Number(wrong.port))).resolves.toBe(false);

    expect(await modeOf(join(dataDir, 'postgres.json'))).toBe(0o600);
    expect(await modeOf(join(dataDir, 'postgres'))).toBe(0o700);
    expect(await modeOf(join(dataDir, 'postgres.log'))).toBe(0o600);
    // Root's server has a user and a group of its own, who may pass through the folder; nobody else may do anything.
    expect(await modeOf(dataDir)).toBe(process.getuid!() === 0 ? 0o710 : 0o700);
    expect(await leftovers()).toEqual([]);
  });
});

describe('the next start', () => {
  useKept();

  it('keeps data, port and passwords, after a stop that ended the server', async () => {
    const first = start();
    const before = await started(first);
    const answer = await keep(before.url);
    await kill(first, 'SIGTERM');
    expect(await processInfo(before.pid)).toBeUndefined();

    const after = await started(start());
    expect(after.url).toBe(before.url);
    expect(after.attached).toBe(false);
    expect(await kept(after.url)).toBe(answer);
  });
});

describe('after kill -9 of Node', () => {
  useKept();

  it('during the making of the cluster, at every stage, the next start goes on and leaves nothing behind', async () => {
    const stages = [
      () => inLeftover('password'),
      () => inLeftover('postgres/PG_VERSION'),
      () => inLeftover('postgres/base/1'),
      () => inLeftover('postgres/base/5'),
      () => inFolder('postgres/PG_VERSION'),
      () => inFolder('postgres/postmaster.pid'),
    ];
    dataDir = join(root, 'data-killed');
    for (const reached of stages) {
      const child = start();
      await eventually(reached, 20_000);
      await kill(child);
    }
    const running = await started(start());
    expect(await query(running.url, 'SELECT current_database() AS name')).toEqual([{ name: 'waybill' }]);
    expect(await leftovers()).toEqual([]);
  });

  it('the server lives on; the next start attaches to it fast and finds every committed row', async () => {
    const first = start();
    const before = await started(first);
    const answer = await keep(before.url);
    await kill(first);

    const second = start();
    const after = await started(second);
    expect(after).toMatchObject({ attached: true, pid: before.pid, url: before.url });
    expect(after.startMs).toBeLessThan(1000);
    expect(second.log()).toContain(`still runs (process ${before.pid}); using it`);
    expect(await kept(after.url)).toBe(answer);

    expect(await runningEmbeddedPostgres(dataDir)).toEqual({ url: before.url, pid: before.pid });
    await kill(second, 'SIGTERM');
    expect(await processInfo(before.pid)).toBeUndefined();
    expect(await runningEmbeddedPostgres(dataDir)).toBeUndefined();
  });

  it('a live server with other settings is stopped and started anew, and the log says why', async () => {
    const first = start();
    const before = await started(first);
    const answer = await keep(before.url);
    await kill(first);

    const second = start({ settings: { ...settings, work_mem: '5MB' } });
    const after = await started(second);
    expect(after.attached).toBe(false);
    expect(after.pid).not.toBe(before.pid);
    expect(second.log()).toContain('other settings');
    expect(await query(after.url, `SELECT answer, current_setting('work_mem') AS setting FROM kept`)).toEqual([
      { answer, setting: '5MB' },
    ]);
  });

  it('and of the server, the next start recovers every committed row', async () => {
    const first = start();
    const before = await started(first);
    const answer = await keep(before.url);
    await kill(first);
    process.kill(before.pid, 'SIGKILL');

    const after = await started(start());
    expect(after.attached).toBe(false);
    expect(await kept(after.url)).toBe(answer);
  });
});

it('SIGINT to the process group of Node, as Ctrl-C sends it, does not reach the server', async () => {
  const child = start();
  const running = await started(child);
  process.kill(-child.process.pid!, 'SIGINT');
  await eventually(() => expect(child.log()).toContain('got SIGINT'));
  expect(await query(running.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect((await readFile(join(dataDir, 'postgres.log'), 'utf8')).includes('shutdown request')).toBe(false);
});

describe('the data folder', () => {
  useKept();

  it('belongs to one Waybill: of several that start at once one wins, and the others are refused by its name', async () => {
    dataDir = join(root, 'data-contested');
    const all = [start(), start(), start(), start()];
    const outcomes = await Promise.all(all.map((child) => child.outcome));
    const winners = all.filter((_, index) => !outcomes[index]!.error);
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes.filter((each) => each.error)) {
      expect(outcome.expected).toBe(true);
      expect(outcome.error).toContain(`Another Waybill (process ${winners[0]!.process.pid} `);
      expect(outcome.error).toContain(dataDir);
    }
  });

  it('is free again after kill -9, though the lock of the dead is still there', async () => {
    const first = start();
    await started(first);
    const [lock] = await readdir(join(dataDir, 'lock'));
    await kill(first);
    expect(await readdir(join(dataDir, 'lock'))).toEqual([lock]);
    await started(start());
    expect(await readdir(join(dataDir, 'lock'))).toEqual([String(Number(lock) + 1)]);
  });

  it('takes another port when somebody else has the one of the last start', async () => {
    const first = start();
    const before = await started(first);
    await kill(first, 'SIGTERM');
    const { createServer } = await import('node:net');
    const squatter = createServer().listen(Number(new URL(before.url).port), '127.0.0.1');
    try {
      const after = await started(start());
      expect(new URL(after.url).port).not.toBe(new URL(before.url).port);
      expect(await query(after.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      squatter.close();
    }
  });

  it('of another major version is refused with the way out', async () => {
    const first = start();
    await started(first);
    await kill(first, 'SIGTERM');
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '17\n');
    const { error, expected } = await start().outcome;
    expect(expected).toBe(true);
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '18\n');
    expect(error).toMatch(/written by PostgreSQL 17; this Waybill brings 18\. .*pg_dumpall.*DATABASE_URL/);
  });

  it('whose cluster vanished is refused, not filled anew', async () => {
    const first = start();
    await started(first);
    await kill(first, 'SIGTERM');
    await rm(join(dataDir, 'postgres'), { recursive: true });
    const { error, expected } = await start().outcome;
    expect(expected).toBe(true);
    expect(error).toContain('is not at');
  });
});

async function inFolder(path: string): Promise<void> {
  await stat(join(dataDir, path));
}

async function inLeftover(path: string): Promise<void> {
  const [folder] = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.init-')).slice(-1);
  await stat(join(dataDir, folder ?? 'none', path));
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2000 });
    const done = (answer: boolean) => (socket.destroy(), resolve(answer));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

/** The address of a network card, or another loopback address, which a server on all addresses would answer on, too. */
function anotherAddress(): string {
  const outer = Object.values(networkInterfaces()).flat();
  return outer.find((each) => each && !each.internal && each.family === 'IPv4')?.address ?? '127.0.0.2';
}
