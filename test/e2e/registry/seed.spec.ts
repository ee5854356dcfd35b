import { sha256 } from '../../kit/webc-file.js';
import { makeDataFolder, removeDataFolder } from '../../kit/data-folder.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { json } from '../../kit/operator.js';
import { runProgram, type CommandResult } from '../../kit/program.js';
import { serverEnvironment, startServer, type TestServer } from '../../kit/server.js';
import { reached } from './kit.js';

const small = ['--packages', '12', '--versions', '3', '--exact', '--users', '2', '--json'];
const nothing = { users: 0, namespaces: 0, packages: 0, versions: 0, yanked: 0 };
const all = { users: 2, namespaces: 2, packages: 12, versions: 36 };

let database: TestDatabase;
let dataDir: string;
let first: { added: typeof nothing; password: string };
let server: TestServer;

const waybill = (...args: string[]): Promise<CommandResult> => runProgram(args, serverEnvironment(dataDir, database));
const seed = async (...args: string[]) => json(await waybill('seed', ...small, ...args));
const eventCount = async () => (await database.pool.query('SELECT count(*)::int AS n FROM store.events')).rows[0].n;
const ask = async (query: string, token?: string) => {
  const { data, errors } = await graphql(server.graphqlUrl, query, {}, token);
  expect(errors).toBeUndefined();
  return data as any;
};
const packages = async (token?: string): Promise<any[]> =>
  (await ask('{ packages(first: 100) { edges { node { name private versions { version yankedAt } } } } }', token))
    .packages.edges;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = makeDataFolder();
  first = await seed();
  server = await startServer({ database, dataDir });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  await removeDataFolder(dataDir);
});

it('what was seeded without a server is shown by the next one, which catches up by itself', async () => {
  expect(first).toMatchObject({ seed: 1, added: all, there: nothing, password: expect.stringMatching(/^[\w-]{20}$/) });
  await eventually(async () => {
    const shown = await packages();
    expect(shown.every(({ node }) => node.name.startsWith('seed-1-') && !node.private)).toBe(true);
    expect(shown.flatMap(({ node }) => node.versions)).toHaveLength(3 * shown.length);
    expect(shown.length).toBeGreaterThan(8);
  });
});

it('its users log in with the one password, and see their private packages', async () => {
  const { rows } = await database.pool.query(
    `SELECT data ->> 'name' AS name FROM store.events WHERE type = 'registry.package.created' AND data ->> 'isPrivate' = 'true'`,
  );
  const logIn = async (username: string): Promise<string> =>
    (await ask(`mutation { tokenAuth(input: { username: "${username}", password: "${first.password}" }) { token } }`))
      .tokenAuth.token;
  const tokens = [await logIn('seed-1-ada'), await logIn('seed-1-alan')];
  const seen = (await Promise.all(tokens.map((token) => packages(token)))).flat().map(({ node }) => node);
  expect(new Set(seen.map(({ name }) => name)).size).toBe(12);
  const secret = new Set(seen.filter((node) => node.private).map(({ name }) => name.split('/')[1]));
  expect(secret).toEqual(new Set(rows.map(({ name }) => name)));
});

it('the file of a package can be downloaded and is what its version says', async () => {
  const [{ node }] = (await packages()) as [{ node: { name: string } }];
  const version = 'version distribution { downloadUrl piritaSha256Hash } commands { command } description license';
  const { getPackage } = await ask(`{ getPackage(name: "${node.name}") { packageName lastVersion { ${version} } } }`);
  const { distribution, commands, description, license } = getPackage.lastVersion;
  const response = await fetch(reached(distribution.downloadUrl));
  const file = Buffer.from(await response.arrayBuffer());
  expect([response.status, sha256(file).toString('hex')]).toEqual([200, distribution.piritaSha256Hash]);
  expect(file.includes(`${node.name}\n`)).toBe(true);
  expect(commands[0]).toEqual({ command: getPackage.packageName });
  expect([description, license]).toEqual([expect.stringMatching(/^A \w+ .* for .*\.$/), expect.any(String)]);
});

it('the same seed again adds nothing; more of it and another one add beside a running server', async () => {
  const before = await eventCount();
  const again = await seed();
  expect(again).toMatchObject({ added: nothing, there: all });
  expect(again).not.toHaveProperty('password');
  expect(await eventCount()).toBe(before);
  expect(await seed('--packages', '13', '--versions', '4')).toMatchObject({
    added: { users: 0, packages: 1, versions: 12 + 4 },
    there: all,
  });
  const other = await seed('--seed', '2', '--password', 'three brown horses', '--packages', '2');
  expect(other).toMatchObject({ added: { users: 2, namespaces: 2, packages: 2, versions: 6 }, there: nothing });
  expect(other).not.toHaveProperty('password');
  await eventually(async () => {
    const names = (await packages()).map(({ node }) => node.name);
    expect(names.some((name) => name.startsWith('seed-2-'))).toBe(true);
  });
});

it('is refused beside accounts that no seed made, unless --yes is said', async () => {
  await waybill('users', 'create', 'ann', '--email', 'ann@example.com');
  const before = await eventCount();
  const { code, stderr, stdout } = await waybill('seed', ...small);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('There are accounts here that no seed made. With --yes');
  expect(await eventCount()).toBe(before);
  expect(await seed('--yes', '--seed', '3', '--packages', '1')).toMatchObject({ added: { packages: 1, versions: 3 } });
});

it.each([
  [['--packages', 'many'], '--packages takes a whole number from 0 to 1000000.'],
  [['--versions', '0'], '--versions takes a whole number from 1 to 1000.'],
])('%j is wrong usage', async (args, line) => {
  const { code, stderr } = await waybill('seed', ...args);
  expect([code, stderr]).toEqual([2, `${line}\n`]);
});

it('a password that is too easy to guess is refused before anything is made', async () => {
  const before = await eventCount();
  const { code, stderr } = await waybill('seed', '--yes', '--seed', '4', '--password', 'password');
  expect(code).toBe(1);
  expect(stderr).toContain('The password cannot be used');
  expect(await eventCount()).toBe(before);
});
