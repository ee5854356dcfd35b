import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { runningEmbeddedPostgres } from '../../src/core/postgres/index.js';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { answersMore, startLoad, type Load } from '../kit/load.js';
import { runProgram, startProgram } from '../kit/program.js';
import { register } from '../kit/register.js';
import { select } from '../kit/select.js';
import { serverEnvironment, startServer, type TestServer } from '../kit/server.js';

/** How often each namespace was created, according to the log. */
async function createdOnce(url: string): Promise<Map<string, number>> {
  const rows = await select(
    url,
    `SELECT data ->> 'name' AS name, count(*)::int AS times FROM store.events WHERE type = 'accounts.namespace.created' GROUP BY 1`,
  );
  return new Map(rows.map((row) => [row.name, row.times]));
}

/** Everything that was answered is in the log once, can be asked for, and the read models are what the log says. */
async function expectNothingLost(server: TestServer, load: Load, url: string, env: Record<string, string>) {
  const created = await createdOnce(url);
  expect(load.answered.filter((name) => created.get(name) !== 1)).toEqual([]);
  expect([...created.values()].filter((times) => times !== 1)).toEqual([]);
  const fields = load.answered.map((name, index) => `n${index}: getNamespace(name: "${name}") { name }`);
  for (let from = 0; from < fields.length; from += 10) {
    const { data, errors } = await graphql(server.graphqlUrl, `{ ${fields.slice(from, from + 10).join('\n')} }`);
    expect(errors).toBeUndefined();
    expect(Object.values(data).map((namespace: any) => namespace?.name)).toEqual(load.answered.slice(from, from + 10));
  }
  const { code, stdout } = await runProgram(['projections', 'verify', '--json'], env);
  expect({ code, differences: JSON.parse(stdout).flatMap((report: any) => report.differences) }).toEqual({
    code: 0,
    differences: [],
  });
}

/** What a load needs: the server and an account. */
const busy = async (server: TestServer, username = 'busy') => ({
  graphqlUrl: () => server.graphqlUrl,
  token: await register(server, username),
});

/** One data folder, from its first start on: each test finds what the kill before it left. */
describe('with the embedded database', () => {
  let dataDir: string;
  beforeAll(() => void (dataDir = makeDataFolder()));
  afterAll(() => removeDataFolder(dataDir));

  it.each(['postgres/PG_VERSION', 'postgres/base/1', 'postgres/base/5'])(
    'kill -9 during initdb, as soon as %s is there: the next start does it anew',
    async (file) => {
      const left = new Set(await readdir(dataDir));
      const program = startProgram(['serve'], { env: serverEnvironment(dataDir) });
      await eventually(async () => {
        const making = (await readdir(dataDir)).find((name) => name.startsWith('postgres.init-') && !left.has(name));
        await stat(join(dataDir, making ?? 'none', file));
      });
      expect(await program.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      await expect(stat(join(dataDir, 'postgres'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('kill -9 during migrate: the next start makes the account of the operator and serves', async () => {
    const program = startProgram(['serve'], { env: serverEnvironment(dataDir) });
    const url = await eventually(async () => (await runningEmbeddedPostgres(dataDir))!.url);
    await eventually(async () => {
      const [row] = await select(url, `SELECT to_regclass('public.waybill_migrations') IS NOT NULL AS begun`);
      expect(row.begun).toBe(true);
    });
    await program.end('SIGKILL');

    const server = await startServer({ dataDir });
    await eventually(() => expect(server.output()).toContain("An operator's account was made"));
    const { data } = await graphql(server.graphqlUrl, '{ viewer { username } }');
    expect(data).toEqual({ viewer: null });
    expect((await server.stop()).code).toBe(0);
  });

  it('kill -9 under load: nothing that was answered is lost, and the next start goes on', async () => {
    const first = await startServer({ dataDir });
    const load = startLoad({ ...(await busy(first)), prefix: 'killed' });
    await answersMore(load, 40);
    await first.kill();
    await load.ended;

    const second = await startServer({ dataDir });
    const { url } = (await runningEmbeddedPostgres(dataDir))!;
    await expectNothingLost(second, load, url, serverEnvironment(dataDir));
    expect((await second.stop()).code).toBe(0);
  });

  it('Ctrl-C under load answers every accepted request, and only then stops the database', async () => {
    const server = await startServer({ dataDir, ownGroup: true });
    const load = startLoad({ ...(await busy(server, 'busy-too')), prefix: 'ended' });
    await answersMore(load, 40);
    const before = load.answered.length;
    // As a terminal does: to Node and to everything in its process group.
    process.kill(-server.pid, 'SIGINT');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await load.ended;
    expect(load.failures.filter(({ reason }) => reason !== 'refused')).toEqual([]);
    expect(load.answered.length).toBeGreaterThan(before);

    const lastRequest = timeOf(server.output(), '"msg":"request"');
    const shutdown = (await readFile(join(dataDir, 'postgres.log'), 'utf8'))
      .split('\n')
      .findLast((line) => line.endsWith('received fast shutdown request'))!;
    const stoppedAt = Date.parse(/^(\S+ \S+) UTC /.exec(shutdown)![1]!.replace(' ', 'T') + 'Z');
    expect(stoppedAt).toBeGreaterThanOrEqual(lastRequest);

    const again = await startServer({ dataDir });
    const { url } = (await runningEmbeddedPostgres(dataDir))!;
    await expectNothingLost(again, load, url, serverEnvironment(dataDir));
    await again.stop();
  });
});

it('kill -9 in the middle of a migration, which then waits for a lock: it left nothing, and the next start does all of it', async () => {
  const database = await createEmptyDatabase();
  const dataDir = makeDataFolder();
  const blocker = new pg.Client({ connectionString: database.url });
  await blocker.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('CREATE SCHEMA store');
    const program = startProgram(['serve'], { env: serverEnvironment(dataDir, database) });
    await eventually(async () => {
      // Not through the blocker: a transaction looks at this view only once.
      const rows = await select(
        database.url,
        `SELECT query FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`,
        [database.name],
      );
      expect(rows.some((row) => row.query.includes('CREATE SCHEMA'))).toBe(true);
    });
    await program.end('SIGKILL');
    await blocker.query('ROLLBACK');

    const server = await startServer({ database, dataDir });
    await eventually(() => expect(server.output()).toContain("An operator's account was made"));
    await server.stop();
  } finally {
    await blocker.end();
    await database.drop();
  }
});

/** When the last log line of a kind was written, in milliseconds. */
function timeOf(output: string, kind: string): number {
  const line = output.split('\n').findLast((each) => each.includes(kind));
  return Date.parse(JSON.parse(line!).time);
}

describe('on a database of its own', () => {
  let database: TestDatabase;
  let servers: TestServer[];

  beforeEach(async () => {
    database = await createTestDatabase();
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.stop();
    await database.drop();
  });

  async function start(env: Record<string, string> = {}): Promise<TestServer> {
    const server = await startServer({ database, env: { WAYBILL_KEYS: ringKey, ...env } });
    servers.push(server);
    return server;
  }
  let ringKey: string;
  beforeAll(async () => void (ringKey = (await runProgram(['keys', 'generate'], {})).stdout.trim()));
  const environment = () => ({ ...serverEnvironment(servers[0]!.dataDir, database), WAYBILL_KEYS: ringKey });

  it('all connections are cut under load, again and again: the service recovers by itself and its read models catch up', async () => {
    const server = await start();
    const load = startLoad({ ...(await busy(server)), prefix: 'load' });
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    try {
      for (let round = 0; round < 3; round++) {
        await answersMore(load, 20);
        const { rowCount } = await admin.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
          [database.name],
        );
        expect(rowCount).toBeGreaterThan(2);
      }
      await answersMore(load, 20);
      await load.stop();
    } finally {
      await admin.end();
    }
    await eventually(async () => expect((await fetch(`${server.url}/readyz`)).status).toBe(200));
    expect(load.failures.filter(({ reason }) => ['refused', 'reset'].includes(reason))).toEqual([]);
    await expectNothingLost(server, load, database.url, environment());
  });

  it('two processes: what A answered is read on B at once; after kill -9 of A, B does all of it', async () => {
    const a = await start();
    const b = await start();
    const owned = async (server: TestServer) => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^waybill_partitions_owned (\d+)$/m.exec(text)?.[1]);
    };
    await eventually(async () => expect([await owned(a), await owned(b)]).toEqual([4, 4]));
    const token = await register(a, 'ann');
    for (let n = 0; n < 24; n++) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      const create = await graphql(
        writer.graphqlUrl,
        'mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id } } }',
        { name: `pair-${n}` },
        token,
      );
      expect(create.errors).toBeUndefined();
      const { data } = await graphql(reader.graphqlUrl, 'query ($name: String!) { getNamespace(name: $name) { id } }', {
        name: `pair-${n}`,
      });
      expect(data.getNamespace).toEqual(create.data.createNamespace.namespace);
    }

    const onA = startLoad({ graphqlUrl: () => a.graphqlUrl, token, prefix: 'a', clients: 4 });
    const onB = startLoad({ graphqlUrl: () => b.graphqlUrl, token, prefix: 'b', clients: 4 });
    await Promise.all([answersMore(onA, 20), answersMore(onB, 20)]);
    const diedAt = Date.now();
    await a.kill();
    // Each client of B sends one after the other: twenty more answers mean that every partition is served again.
    await answersMore(onB, 20);
    expect(Date.now() - diedAt).toBeLessThan(4_000);
    await onB.stop();
    await onA.ended;
    expect(onB.failures).toEqual([]);
    await eventually(async () => expect(await owned(b)).toBe(8));
    const all = { ...onB, answered: [...onA.answered, ...onB.answered] };
    servers.shift();
    await expectNothingLost(b, all, database.url, environment());
  });
});
