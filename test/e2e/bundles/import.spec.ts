import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataFolder, removeDataFolder } from '../../kit/data-folder.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { json } from '../../kit/operator.js';
import type { TestServer } from '../../kit/server.js';
import { linesOf } from '../../kit/bundles.js';
import { registerMutation } from '../accounts/kit.js';
import { requestReset } from '../mail/kit.js';
import {
  clientMutationId,
  contents,
  createNamespace,
  logIn,
  mailsOf,
  makeElsewhere,
  startSource,
  type Elsewhere,
  type Source,
} from './kit.js';

let source: Source;
let elsewhere: Elsewhere;
let folder: string;
let file: string;

beforeAll(async () => {
  [source, elsewhere] = await Promise.all([startSource(), makeElsewhere()]);
  folder = makeDataFolder();
  file = join(folder, 'log.gz');
});
afterAll(async () => {
  await source.close();
  await elsewhere.remove();
  await removeDataFolder(folder);
});

describe('events export', () => {
  it('writes a file that nobody else may read, beside a running server, and says what is in it', async () => {
    const result = await source.waybill('events', 'export', file, '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { rows } = await source.database.pool.query(
      'SELECT count(*)::int AS n, max(position)::int AS head FROM store.events',
    );
    expect(json(result)).toMatchObject({ file, events: rows[0].n, head: rows[0].head, keys: 'wrapped', blobs: 1 });
    expect(readdirSync(folder)).toEqual(['log.gz']);
    const blobs = linesOf(readFileSync(file)).filter(({ hash }) => hash);
    expect(blobs).toEqual([{ hash: source.picture.split('/').at(-1), size_bytes: expect.any(Number) }]);
  });

  it('replaces no file unless it is told to', async () => {
    const other = join(folder, 'other.gz');
    writeFileSync(other, 'precious');
    const refused = await source.waybill('events', 'export', other);
    expect(refused).toEqual({ code: 2, stdout: '', stderr: `${other} exists already; --force replaces it.\n` });
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect((await source.waybill('events', 'export', other, '--force')).code).toBe(0);
    expect(linesOf(readFileSync(other)).slice(1, -1)).toEqual(linesOf(readFileSync(file)).slice(1, -1));
    const nowhere = await source.waybill('events', 'export', join(folder, 'no', 'such.gz'));
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
  });

  it('without keys says what that means', async () => {
    const path = join(folder, 'keyless.gz');
    const { code, stderr } = await source.waybill('events', 'export', path, '--without-keys');
    expect(code).toBe(0);
    expect(stderr).toContain('all that is sealed (addresses, names, password hashes) is erased where this is imported');
    expect(readFileSync(path)).not.toHaveLength(0);
    expect(linesOf(readFileSync(path)).filter(({ wrapped }) => wrapped)).toEqual([]);
  });
});

describe('events import', () => {
  it('wants the key ring of where the log comes from, and makes none', async () => {
    const { code, stderr } = await elsewhere.waybill('events', 'import', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /there is none here\. .*its file "keys", in the data folder here, or WAYBILL_KEYS\. Nothing was written\.\n$/,
    );
    expect(existsSync(join(elsewhere.dataDir, 'keys'))).toBe(false);
    expect((await elsewhere.waybill('events', 'import', join(folder, 'nothing.gz'))).code).toBe(3);
  });

  it('is refused where a server has started, which makes an account', async () => {
    const { code, stderr } = await source.waybill('events', 'import', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Stop all processes first: /);
  });

  it('takes it, and a second time refuses it', async () => {
    elsewhere.copyKeys(source);
    const taken = await elsewhere.waybill('events', 'import', file, '--json');
    expect(taken.code).toBe(0);
    expect(json(taken)).toMatchObject({ events: expect.any(Number), keys: 'wrapped' });
    const { code, stderr } = await elsewhere.waybill('events', 'import', file);
    expect(code).toBe(1);
    expect(stderr).toContain('The log here is not empty');
    expect(stderr).toContain("before the first start of a server, which makes an operator's account");
  });
});

describe('an imported log', () => {
  let server: TestServer;
  const ask = (query: string, variables = {}, token?: string) =>
    graphql<any>(server.graphqlUrl, query, variables, token);

  beforeAll(async () => void (server = await elsewhere.start()));
  afterAll(() => server.stop());

  it('gives the same ids and the same read models, row by row, and no account beside', async () => {
    const expected = await contents(source.database);
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    await eventually(async () => expect(await contents(elsewhere.database)).toEqual(expected));
    expect(server.output()).not.toContain("An operator's account was made");
  });

  it('is whole, and read models equal a rebuild', async () => {
    expect(await elsewhere.waybill('events', 'verify')).toMatchObject({ code: 0 });
    expect(await elsewhere.waybill('projections', 'verify')).toMatchObject({ code: 0 });
  });

  it('knows passwords, sessions and tokens, and what was done under which clientMutationId', async () => {
    const { username, password, token, id } = source.ada;
    const { data } = await ask(logIn, { input: { username, password } });
    expect(data.tokenAuth.token).toBeTruthy();
    for (const bearer of [token, source.apiToken])
      expect((await ask('{ viewer { id } }', {}, bearer)).data.viewer).toEqual({ id });
    const count = async () =>
      (await elsewhere.database.pool.query('SELECT count(*)::int AS n FROM store.events')).rows[0].n;
    const before = await count();
    const again = await ask(createNamespace, { input: { name: 'engines', clientMutationId } }, token);
    expect(again.data.createNamespace).toEqual({
      namespace: { id: source.namespaceId, name: 'engines' },
      clientMutationId,
    });
    expect(await count()).toBe(before);
    const other = await ask(createNamespace, { input: { name: 'other', clientMutationId } }, token);
    expect(other.errors?.[0]!.extensions).toMatchObject({ code: 'client_mutation_id_conflict' });
  });

  it('remembers what was erased, and which names and addresses are taken', async () => {
    const register = (username: string, email: string) =>
      ask(registerMutation, { input: { username, email, password: 'correct horse battery' } });
    expect((await register('gone', 'new@example.com')).errors?.[0]!.extensions!.code).toBe('NAME_TAKEN');
    expect((await register('newcomer', source.ada.email)).errors?.[0]!.extensions!.code).toBe('EMAIL_TAKEN');
    // Its number must be a new one.
    expect((await register('newcomer', 'new@example.com')).errors).toBeUndefined();
    expect((await elsewhere.waybill('events', 'verify')).code).toBe(0);
  });

  it('sends no mail for what is imported, and does for what comes', async () => {
    await requestReset(server, 'ada');
    await eventually(async () => expect(await mailsOf(elsewhere)).toHaveLength(2));
    expect((await mailsOf(elsewhere)).map(({ template }) => template).sort()).toEqual([
      'email-validation',
      'password-reset',
    ]);
    expect(json(await elsewhere.waybill('jobs', 'list', '--json'))).toEqual([]);
  });
});

it('events stats counts by type, and knows the largest streams and tables', async () => {
  const { rows } = await source.database.pool.query(
    'SELECT type, count(*)::int AS events FROM store.events GROUP BY type ORDER BY type',
  );
  const stats = json(await source.waybill('events', 'stats', '--json'));
  expect(stats.types.map(({ type, events }: any) => ({ type, events })).sort(byType)).toEqual(rows.sort(byType));
  expect(stats.events).toBe(rows.reduce((sum, { events }) => sum + events, 0));
  for (const { bytes } of [...stats.types, ...stats.tables]) expect(bytes).toEqual(expect.any(Number));
  expect(stats.largestStreams[0].events).toBeGreaterThanOrEqual(stats.largestStreams.at(-1).events);
  expect(stats.tables.map(({ table }: any) => table)).toEqual(
    expect.arrayContaining(['store.events', 'read.users_v2', 'graphile_worker._private_jobs']),
  );
  expect(Date.parse(stats.first)).toBeLessThanOrEqual(Date.parse(stats.last));
  const table = await source.waybill('events', 'stats');
  expect(table.stdout).toMatch(/^type +events +bytes$/m);
});

const byType = (a: { type: string }, b: { type: string }) => (a.type < b.type ? -1 : 1);
