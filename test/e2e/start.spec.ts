import { createServer, type AddressInfo, type Server } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { processInfo } from '../../src/core/postgres/process-info.js';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createEmptyDatabase, createTestDatabase } from '../kit/database.js';
import { graphql } from '../kit/graphql-client.js';
import { runProgram, startProgram } from '../kit/program.js';
import { eventually } from '../kit/eventually.js';
import { serverEnvironment, startServer, type TestServer } from '../kit/server.js';

const tokenAuth = `mutation ($username: String!, $password: String!) {
  tokenAuth(input: { username: $username, password: $password }) { username token }
}`;

/** Log in with a password; the code of the refusal, or the user name. */
async function login(server: TestServer, username: string, password: string): Promise<unknown> {
  const { data, errors } = await graphql(server.graphqlUrl, tokenAuth, { username, password });
  return errors ? errors[0]!.extensions!.code : data.tokenAuth.username;
}

/** What the notice of the first start says. */
function noticeOf(output: string) {
  return {
    url: /^Waybill is ready: (\S+)$/m.exec(output)?.[1],
    username: /^ {2}user name {3}(\S+)$/m.exec(output)?.[1],
    password: /^ {2}password {4}(\S+)$/m.exec(output)?.[1],
    login: /^ {2}(wasmer login .*)$/m.exec(output)?.[1],
    token: /^ {2}wasmer login --registry \S+ (\S+)$/m.exec(output)?.[1],
  };
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

describe('with the embedded database', () => {
  let dataDir: string;
  let first: ReturnType<typeof noticeOf>;
  const reset = (...options: string[]) =>
    runProgram(['users', 'reset-password', 'operator', '--json', ...options], serverEnvironment(dataDir));

  beforeAll(() => void (dataDir = makeDataFolder()));
  afterAll(() => removeDataFolder(dataDir));

  it('the first start makes an operator and prints a password and a token that work; SIGTERM ends it with code 0', async () => {
    const server = await startServer({ dataDir });
    first = await eventually(() => {
      const notice = noticeOf(server.output());
      expect(notice.token).toBeDefined();
      return notice;
    });
    const { port } = new URL(server.url);
    expect(first.url).toBe(`http://localhost:${port}/graphql`);
    expect(first.login).toBe(`wasmer login --registry http://localhost:${port}/graphql ${first.token}`);
    expect(first.username).toBe('operator');
    const { data } = await graphql(server.graphqlUrl, '{ viewer { username isStaff } }', {}, first.token);
    expect(data.viewer).toEqual({ username: 'operator', isStaff: true });
    expect(await login(server, 'operator', first.password!)).toBe('operator');
    expect(await (await fetch(server.url)).text()).toContain(`http://localhost:${port}/graphql`);

    const postmaster = await postmasterOf(dataDir);
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await processInfo(postmaster)).toBeUndefined();
  });

  it('the second start keeps all data and prints no account; SIGINT ends it with code 0', async () => {
    const server = await startServer({ dataDir });
    expect(await login(server, 'operator', first.password!)).toBe('operator');
    expect((await graphql(server.graphqlUrl, '{ viewer { username } }', {}, first.token)).data.viewer.username).toBe(
      'operator',
    );
    const postmaster = await postmasterOf(dataDir);
    expect(await server.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(server.output()).not.toContain('password');
    expect(await processInfo(postmaster)).toBeUndefined();
  });

  it('users reset-password gives a password that works, while the server runs and while it does not', async () => {
    const alone = JSON.parse((await reset()).stdout) as { password: string };
    const server = await startServer({ dataDir });
    expect(await login(server, 'operator', first.password!)).toBe('INVALID_CREDENTIALS');
    expect(await login(server, 'operator', alone.password)).toBe('operator');

    const beside = JSON.parse((await reset()).stdout) as { password: string };
    await eventually(async () => expect(await login(server, 'operator', beside.password)).toBe('operator'));
    expect(await login(server, 'operator', alone.password)).toBe('INVALID_CREDENTIALS');

    await reset('--password', 'chosen by the operator');
    await eventually(async () => expect(await login(server, 'operator', 'chosen by the operator')).toBe('operator'));
    expect((await server.stop()).code).toBe(0);
  });

  it('two Waybills on one data folder: the second is refused, and the first is named', async () => {
    const server = await startServer({ dataDir });
    const second = await runProgram(['serve'], serverEnvironment(dataDir));
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(
        `^Another Waybill \\(process ${server.pid} .*\\) already uses the data folder .*WAYBILL_DATA_DIR\\..* with DATABASE_URL\\.\n$`,
      ),
    );
    expect(await login(server, 'operator', 'chosen by the operator')).toBe('operator');
    await server.stop();
  });

  it('another key ring is refused in one clear line', async () => {
    const { stdout: key } = await runProgram(['keys', 'generate'], {});
    const { code, stderr } = await runProgram(['serve'], { ...serverEnvironment(dataDir), WAYBILL_KEYS: key.trim() });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The key ring has no key [0-9a-f]{8}\. Give the ring that this database was made with.*\n$/,
    );
    expect(stderr).not.toContain(key.trim());
    await expect(postmasterOf(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a signal during the start ends it with code 0, and the database with it', async () => {
    const program = startProgram(['serve'], { env: serverEnvironment(dataDir) });
    const postmaster = await eventually(() => postmasterOf(dataDir));
    expect(await program.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await processInfo(postmaster)).toBeUndefined();
  });
});

describe('what is in the way is said in one line', () => {
  const taken: Server[] = [];
  afterEach(() => void taken.splice(0).forEach((server) => server.close()));

  async function takenPort(): Promise<number> {
    const server = createServer();
    taken.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  }

  it('a port in use; the account that was made is shown nevertheless', async () => {
    const port = await takenPort();
    const dataDir = makeDataFolder();
    try {
      const env = { ...serverEnvironment(dataDir), PORT: String(port) };
      const { code, stdout, stderr } = await runProgram(['serve'], env);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with PORT.\n`,
      });
      expect(stdout).not.toContain('Waybill is ready');
      const { password, token } = noticeOf(stdout);
      const server = await startServer({ dataDir });
      expect(await login(server, 'operator', password!)).toBe('operator');
      const { data } = await graphql(server.graphqlUrl, '{ viewer { username } }', {}, token);
      expect(data.viewer.username).toBe('operator');
      await server.stop();
      expect(server.output()).not.toContain('password');
    } finally {
      await removeDataFolder(dataDir);
    }
  });

  it('a database that cannot be reached, without its password', async () => {
    const port = await takenPort();
    taken.pop()!.close();
    const dataDir = makeDataFolder();
    const url = `postgres://ann:s3cret-of-ann@127.0.0.1:${port}/shop`;
    const { code, stdout, stderr } = await runProgram(['serve'], { ...serverEnvironment(dataDir), DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^DATABASE_URL: cannot use 127\.0\.0\.1:\d+\/shop as ann: .*ECONNREFUSED.*\n$/);
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it('a wrong password of the database, without it', async () => {
    const database = await createEmptyDatabase();
    const dataDir = makeDataFolder();
    try {
      const wrong = new URL(database.url);
      wrong.password = 's3cret-of-nobody';
      const env = { ...serverEnvironment(dataDir), DATABASE_URL: wrong.href };
      const { code, stdout, stderr } = await runProgram(['serve'], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^DATABASE_URL: cannot use .*password authentication failed.*\n$/);
      expect(stdout + stderr).not.toContain('s3cret');
    } finally {
      await database.drop();
    }
  });

  it('a database that a newer version has migrated', async () => {
    const database = await createTestDatabase();
    try {
      await database.pool.query(
        `INSERT INTO public.waybill_migrations (timestamp, name) VALUES (9999999999999, 'Newer9999999999999')`,
      );
      for (const args of [['serve'], ['migrate'], ['events', 'tail']]) {
        const { code, stderr } = await runProgram(args, serverEnvironment(makeDataFolder(), database));
        expect({ args, code, stderr }).toEqual({
          args,
          code: 1,
          stderr:
            'The database was migrated by a newer Waybill (it has Newer9999999999999, which this one does not know). Start that version, or a newer one.\n',
        });
      }
    } finally {
      await database.drop();
    }
  });

  it('bad settings, all at once, with exit code 2', async () => {
    const { code, stdout, stderr } = await runProgram(['serve'], {
      ...serverEnvironment(makeDataFolder()),
      PORT: '99999',
      WAYBILL_REGISTRATION: 'maybe',
      WAYBILL_PUBLIC_URL: 'pkg.example.com',
      DATABASE_URL: 'mysql://root:s3cret@db/x',
    });
    expect(code).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'PORT',
      'WAYBILL_PUBLIC_URL',
      'WAYBILL_REGISTRATION',
    ]);
    expect(stdout + stderr).not.toContain('s3cret');
  });
});

describe('settings', () => {
  it('WAYBILL_PUBLIC_URL is what the notice and the start page say', async () => {
    const database = await createEmptyDatabase();
    const server = await startServer({ database, env: { WAYBILL_PUBLIC_URL: 'https://pkg.example.com' } });
    try {
      const {
        url,
        login: line,
        token,
      } = await eventually(() => {
        const notice = noticeOf(server.output());
        expect(notice.token).toBeDefined();
        return notice;
      });
      expect(url).toBe('https://pkg.example.com/graphql');
      expect(line).toBe(`wasmer login --registry https://pkg.example.com/graphql ${token}`);
      expect(await (await fetch(server.url)).text()).toContain(
        'wasmer login --registry https://pkg.example.com/graphql',
      );
    } finally {
      await server.stop();
      await database.drop();
    }
  });

  it('WAYBILL_REGISTRATION=closed keeps strangers out; the operator makes accounts', async () => {
    const database = await createTestDatabase();
    const server = await startServer({ database, env: { WAYBILL_REGISTRATION: 'closed' } });
    try {
      const { errors } = await graphql(
        server.graphqlUrl,
        `
          mutation {
            registerUser(input: { username: "ann", email: "ann@example.com", password: "correct horse of ann" }) {
              token
            }
          }
        `,
      );
      expect(errors![0]!.extensions!.code).toBe('REGISTRATION_CLOSED');
      const { code } = await runProgram(
        ['users', 'create', 'ann', '--email', 'ann@example.com', '--password', 'correct horse of ann'],
        serverEnvironment(server.dataDir, database),
      );
      expect(code).toBe(0);
      await eventually(async () => expect(await login(server, 'ann', 'correct horse of ann')).toBe('ann'));
    } finally {
      await server.stop();
      await database.drop();
    }
  });

  it('several first starts on one external database at once make one operator', async () => {
    const database = await createEmptyDatabase();
    const dataDir = makeDataFolder();
    await runProgram(['migrate'], serverEnvironment(dataDir, database));
    const servers = await Promise.all([1, 2, 3].map(() => startServer({ database, dataDir })));
    try {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      const { rows } = await client.query(
        `SELECT count(*)::int AS n FROM store.events WHERE type = 'accounts.user.registered'`,
      );
      await client.end();
      expect(rows[0].n).toBe(1);
      const notices = await eventually(() => {
        const found = servers.filter(({ output }) => noticeOf(output()).token);
        expect(found).toHaveLength(1);
        return found;
      });
      for (const server of servers)
        expect(await login(server, 'operator', noticeOf(notices[0]!.output()).password!)).toBe('operator');
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await database.drop();
    }
  });
});
