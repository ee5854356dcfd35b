import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../../kit/eventually.js';
import { account, refusalOf, registerMutation, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

const run = promisify(execFile);
let server: AccountsServer;
let dataDir: string;
let gone: TestAccount;
const tokenName = 'forget-me laptop';
const newEmail = 'forget-me@elsewhere.example';
const profile = {
  fullName: 'forget-me Other Name',
  bio: 'forget-me bio',
  location: 'forget-me location',
  github: 'forget-me-github',
  twitter: 'forget_me_twitter',
  websiteUrl: 'https://forget-me-website.example',
};
/** Everything personal of the account, as it is now and as it was. */
const personal = () => [gone.email, newEmail, tokenName, 'forget-me Example Person', ...Object.values(profile)];

beforeAll(async () => {
  server = await startAccounts();
  dataDir = server.dataDir;
  gone = await account(server, 'forget-me');
  await gone.ask(`mutation { createNamespace(input: { name: "left-behind" }) { namespace { id } } }`);
  await gone.ask(`mutation ($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { id } } }`, {
    input: profile,
  });
  await gone.ask(`mutation { generateApiToken(input: { identifier: "${tokenName}" }) { tokenRaw } }`);
  await gone.ask(`mutation { changeUserEmail(input: { newEmail: "${newEmail}" }) { user { id } } }`);
});

afterAll(() => server.close());

/** As an operator beside the running server. */
const waybill = (...args: string[]) =>
  run(process.execPath, [process.env.WAYBILL_TEST_PROGRAM!, ...args], {
    env: { ...process.env, DATABASE_URL: server.database.url, WAYBILL_DATA_DIR: dataDir },
  });

/** Every row of every table, as text. */
async function everyRow(): Promise<string> {
  const { rows: tables } = await server.database.pool.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts = [];
  for (const { name } of tables) {
    const { rows } = await server.database.pool.query(
      `SELECT coalesce(string_agg(t::text, E'\\n'), '') AS text FROM ${name} t`,
    );
    texts.push(rows[0].text);
  }
  return texts.join('\n');
}

it('holds the address sealed in the log, and open only in the read model', async () => {
  const { rows } = await server.database.pool.query(`SELECT string_agg(data::text, ' ') AS log FROM store.events`);
  for (const text of ['argon2', ...personal()]) expect(rows[0].log).not.toContain(text);
  const tables = await everyRow();
  for (const text of [newEmail, ...Object.values(profile)]) expect(tables).toContain(text);
});

it('leaves no row anywhere with anything personal, a whole log, and read models equal to a rebuild', async () => {
  const before = (await server.database.pool.query('SELECT count(*)::int AS n FROM store.events')).rows[0].n;
  await waybill('users', 'erase', 'forget-me', '--yes');
  await eventually(async () => {
    const rows = await everyRow();
    expect(personal().filter((text) => rows.includes(text))).toEqual([]);
  });
  expect((await server.database.pool.query('SELECT count(*)::int AS n FROM store.events')).rows[0].n).toBe(before + 1);
  const { stdout } = await waybill('projections', 'verify', '--json');
  const reports: { differences: unknown[] }[] = JSON.parse(stdout);
  expect(reports.length).toBeGreaterThan(5);
  expect(reports.flatMap(({ differences }) => differences)).toEqual([]);
});

it('ends every login of the account, and keeps its name from others', async () => {
  expect((await gone.ask('{ viewer { id } }')).data.viewer).toBeNull();
  const login = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;
  expect(
    await refusalOf(server.ask)(login, { input: { username: 'forget-me', password: gone.password } }),
  ).toMatchObject({
    code: 'INVALID_CREDENTIALS',
  });
  const again = { username: 'forget-me', email: 'new@example.com', password: 'another good one' };
  expect(await refusalOf(server.ask)(registerMutation, { input: again })).toMatchObject({ code: 'NAME_TAKEN' });
});

it('frees the address', async () => {
  const again = { username: 'back-again', email: newEmail, password: 'another good one' };
  expect((await server.ask(registerMutation, { input: again })).data.registerUser.token).toBeTruthy();
});

it('can be asked twice', async () => {
  await waybill('users', 'erase', 'forget-me', '--yes');
});

describe('keys rotate', () => {
  it('wraps every data key anew, touches no event, and the running server follows', async () => {
    const someone = await account(server, 'rotated');
    const log = async () =>
      (
        await server.database.pool.query(
          "SELECT md5(string_agg(e::text, E'\\n' ORDER BY position)) AS sum FROM store.events e",
        )
      ).rows[0].sum;
    const before = await log();
    const { stdout } = await waybill('keys', 'rotate', '--json');
    const { firstKey, dataKeysByRingKey } = JSON.parse(stdout);
    expect(Object.keys(dataKeysByRingKey)).toEqual([firstKey]);
    expect(await log()).toBe(before);

    const login = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;
    const { data } = await server.ask(login, { input: { username: someone.username, password: someone.password } });
    expect(data.tokenAuth.token).toBeTruthy();
    await account(server, 'after-rotation');
    const { stdout: verified } = await waybill('projections', 'verify', '--json');
    expect(JSON.parse(verified).flatMap((report: { differences: unknown[] }) => report.differences)).toEqual([]);
  });
});
