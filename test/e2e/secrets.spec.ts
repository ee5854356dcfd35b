import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { runningEmbeddedPostgres } from '../../src/core/postgres/index.js';
import { openLinks } from './accounts/links.js';
import { usePages } from './pages/use-pages.js';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { startServer, type TestServer } from '../kit/server.js';

/**
 * One whole run at the most talkative log level, with everything that carries a secret, also where clients put it wrongly; then no secret
 * may be found in the output, in the log of events, in the table of command keys, or in the database's own log.
 */
let dataDir: string;
let server: TestServer;
let url: string;
/** What was secret in this run, by what it is. */
const secrets: Record<string, string> = {};

const password = 'battery staple of ann';
const email = 'ann.secret@example.com';
const tokenName = 'Laptop of Ann Confidential';
const userAgent = 'Telltale-Browser/1.0';
const later = 'wba_AnInventedTokenThatNobodyHas0123456789';

beforeAll(async () => {
  dataDir = makeDataFolder();
  server = await startServer({ dataDir, env: { WAYBILL_LOG_LEVEL: 'trace', WAYBILL_LOG_FORMAT: 'json' } });
  url = (await runningEmbeddedPostgres(dataDir))!.url;
  await eventually(() => expect(server.output()).toContain('users reset-password operator'));
  const notice = server.output();
  Object.assign(secrets, {
    'the password': password,
    'a wrong password': 'wrong battery of ann',
    'the e-mail address': email,
    'the real name': 'Ann Confidential',
    'an invented token': later,
    'the user agent': userAgent,
    "a token's name": tokenName,
    "the operator's password": /^ {2}password {4}(\S+)$/m.exec(notice)![1]!,
    "the operator's token": /^ {2}wasmer login --registry \S+ (\S+)$/m.exec(notice)![1]!,
    "the database's password": new URL(url).password,
    "the database administrator's password": JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'))
      .adminPassword,
    'the ring key': (await readFile(join(dataDir, 'keys'), 'utf8'))
      .split('\n')
      .find((line) => /^[\w-]{43}=$/.test(line))!,
  });
  await useEverything();
});

afterAll(async () => {
  await server.stop();
  await removeDataFolder(dataDir);
});

async function useEverything(): Promise<void> {
  const ask = (query: string, variables?: Record<string, unknown>, token?: string) =>
    graphql(server.graphqlUrl, query, variables, token);
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(server.graphqlUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  const account = { username: 'ann', email, password, fullName: 'Ann Confidential', clientMutationId: 'register-1' };
  const register = 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { token } }';
  secrets['the session token'] = (await ask(register, { input: account })).data.registerUser.token;
  // A repeat, a twin with other input, a name that is taken, a password that is refused.
  for (const input of [
    account,
    { ...account, email: `x${email}` },
    { ...account, clientMutationId: undefined },
    { ...account, username: 'eve', email, clientMutationId: 'register-2' },
    { ...account, username: 'x', password: 'short-s3cret'.slice(0, 6) },
  ])
    await ask(register, { input });

  const login = 'mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token refreshToken } }';
  const session = await ask(login, { input: { username: email, password } });
  secrets['the access token'] = session.data.tokenAuth.token;
  secrets['the refresh token'] = session.data.tokenAuth.refreshToken;
  await ask(login, { input: { username: 'ann', password: 'wrong battery of ann', clientMutationId: 'login-1' } });
  await ask(login, { input: { username: `nobody-${email}`, password } });

  const generate = `mutation { generateApiToken(input: { identifier: "${tokenName}", clientMutationId: "t" }) { tokenRaw } }`;
  const made = await ask(generate, {}, secrets['the access token']);
  secrets['the API token'] = made.data.generateApiToken.tokenRaw;
  await ask('{ viewer { email fullName } }', {}, secrets['the API token']);
  await useTokens(ask, post);

  // Where secrets do not belong: literals in a query with an error, in variables of the wrong type, in broken bodies, in the address.
  await ask(`mutation { tokenAuth(input: { username: "ann", password: "${password}" }) { nothing } }`);
  await ask(login, { input: { username: { text: email }, password: [password] } });
  await ask(`query { getNamespace(name: "${secrets['the API token']}") { id } }`, {}, later);
  await ask(
    `mutation { createNamespace(input: { name: "${email}" }) { namespace { id } } }`,
    {},
    secrets['the API token'],
  );
  await post(`{"query": "{ viewer { username } }", "variables": {"password": "${password}"`);
  await post(`password=${password}`, { 'content-type': 'text/plain', authorization: `Bearer ${later}` });
  await post('{}', {
    authorization: `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`,
    cookie: `t=${later}`,
  });
  await fetch(`${server.url}/nowhere?token=${secrets['the API token']}&email=${email}`);
  await fetch(`${server.graphqlUrl}?query=${encodeURIComponent(`{ getNamespace(name: "${password}") { id } }`)}`);
  await raw(`GET /%ff?token=${later} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${later}\r\n\r\n`);
  await raw(`${later} ${password}\r\n\r\n`);

  await provokeInternalErrors(ask, login, register);
  await resetPassword(ask);
  await usePages(server.url, secrets, { email, password, userAgent });
}

/** By a link, rightly and wrongly, also in an address. */
async function resetPassword(ask: any): Promise<void> {
  const request = 'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { email } }';
  await ask(request, { email });
  await ask(request, { email: `nobody-${email}` });
  const { viewer } = (await ask('{ viewer { id } }', {}, secrets['the API token'])).data;
  const pool = new pg.Pool({ connectionString: url });
  const links = await openLinks({ database: { pool }, dataDir });
  secrets['the reset link'] = await links.newest(viewer, 'password-reset', 1);
  secrets['the validation link'] = await links.newest(viewer, 'email-validation', 1);
  await pool.end();
  const token = secrets['the reset link'];
  await fetch(`${server.url}/reset?token=${token}`);
  await ask('query ($token: String!) { getPasswordResetToken(token: $token) { valid } }', { token });
  await ask(`{ getPasswordResetToken(token: "${token}") { nothing } }`);
  const change = 'mutation ($input: ChangeUserPasswordInput!) { changeUserPassword(input: $input) { token } }';
  secrets['the new password'] = 'horse battery of ann';
  const input = { token, password: secrets['the new password'], clientMutationId: 'reset-1' };
  await ask(change, { input: { ...input, password: 'short-s3cret'.slice(0, 6) } });
  secrets['the token after the reset'] = (await ask(change, { input })).data.changeUserPassword.token;
  await ask(change, { input: { ...input, clientMutationId: 'reset-2' } });
}

/** A refresh and its repeat, a stolen token, the login by way of the browser, and tokens of every kind where another is wanted. */
async function useTokens(ask: any, post: any): Promise<void> {
  const mutation = (fields: string) => `mutation ($token: String!) { ${fields} }`;
  const refresh = mutation('refreshAccessToken(refreshToken: $token) { token refreshToken }');
  const revoke = mutation('revokeApiToken(input: { token: $token }) { success }');
  const next = (await ask(refresh, { token: secrets['the refresh token'] })).data.refreshAccessToken;
  secrets['the refreshed access token'] = next.token;
  secrets['the refreshed refresh token'] = next.refreshToken;
  await ask(refresh, { token: secrets['the refresh token'] });

  const login = `mutation { tokenAuth(input: { username: "ann", password: "${password}" }) { token } }`;
  await post(JSON.stringify({ query: login }), { 'user-agent': userAgent });
  const create =
    'mutation { newNonce(input: { name: "cli", callbackUrl: "http://localhost:1" }) { nonce { id secret } } }';
  const validate =
    'mutation ($id: ID!, $secret: String!) { validateNonce(input: { id: $id, secret: $secret }) { nonce { token } } }';
  const { nonce } = (await ask(create)).data.newNonce;
  secrets["the nonce's secret"] = nonce.secret;
  await ask(validate, { id: nonce.id, secret: later }, next.token);
  await fetch(`${server.url}/auth/cli?nonce=${nonce.id}&secret=${nonce.secret}`);
  const { token } = (await ask(validate, nonce, next.token)).data.validateNonce.nonce;
  secrets["the nonce's token"] = token;
  await ask(validate, nonce, next.token);

  for (const secret of [token, nonce.secret, later, next.token, next.refreshToken]) {
    await ask(mutation('verifyAccessToken(token: $token) { payload }'), { token: secret });
    await ask(mutation('revokeAccessToken(refreshToken: $token) { revoked }'), { token: secret });
    await ask(refresh, { token: secret });
    await ask(revoke, { token: secret }, secrets['the API token']);
    await ask(`mutation { revokeApiToken(input: { tokenId: "${secret}" }) { success } }`, {}, secrets['the API token']);
  }
}

/** The read model is gone for a moment: whatever looks at it fails in a way that nobody expects. */
async function provokeInternalErrors(ask: any, login: string, register: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('ALTER TABLE read.users_v2 RENAME TO users_v2_away');
    const { errors } = await ask(login, { input: { username: email, password } });
    expect(errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    await ask('{ viewer { email } }', {}, secrets['the API token']);
    await client.query('ALTER TABLE read.users_v2_away RENAME TO users_v2');
    await client.query('ALTER TABLE store.data_keys RENAME TO data_keys_away');
    const input = { username: 'dan', email: `dan-${email}`, password, fullName: 'Ann Confidential' };
    const failed = await ask(register, { input });
    expect(failed.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    await client.query('ALTER TABLE store.data_keys_away RENAME TO data_keys');
  } finally {
    await client.end();
  }
}

/** Sends bytes as they are, and waits for the end of the connection. */
function raw(text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.end(text));
    socket.on('data', () => undefined).on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

/** Names of the secrets that stand in the text, also percent-encoded, base64-encoded or as JSON. */
function found(text: string): string[] {
  const forms = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1),
    Buffer.from(secret).toString('hex'),
  ];
  return Object.entries(secrets).flatMap(([name, secret]) =>
    forms(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}

async function rows(table: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: all } = await client.query(`SELECT t::text AS text FROM ${table} t`);
    return all.map((row) => row.text).join('\n');
  } finally {
    await client.end();
  }
}

async function tablesOf(schema: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const text = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1`;
    return (await client.query(text, [schema])).rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** The notice of the first start is the one place where a password is shown. */
function withoutNotice(output: string): string {
  const from = output.indexOf('\nWaybill is ready');
  const end = 'users reset-password operator\n';
  return output.slice(0, from) + output.slice(output.indexOf(end, from) + end.length);
}

it('this test finds what it looks for', () => {
  expect(Object.values(secrets).every((secret) => secret.length > 10)).toBe(true);
  expect(found(`x ${JSON.stringify({ a: password })} ${encodeURIComponent(email)}`)).toEqual([
    'the password',
    'the e-mail address',
  ]);
  expect(found(server.output())).toEqual(["the operator's password", "the operator's token"]);
});

it('the output of the whole run, with its errors, holds no secret', () => {
  const output = withoutNotice(server.output());
  expect(output).toContain('"level":"error"');
  expect(output).toContain('unexpected error');
  expect(output.split('\n').filter((line) => found(line).length > 0)).toEqual([]);
});

it.each([
  'store.events',
  'store.command_keys',
  'store.streams',
  'store.claims',
  'store.data_keys',
  'store.attempts',
  'store.projections',
  'store.nonces',
  'store.mails',
])('no row of %s holds a secret', async (table) => {
  const text = await rows(table);
  expect(text).not.toBe('');
  expect(found(text)).toEqual([]);
});

it('the read models hold the address and the name for their owner, and nothing else', async () => {
  expect(found(await rows('read.users_v2'))).toEqual(['the e-mail address', 'the real name']);
  const others = (await tablesOf('read')).filter((table) => table !== 'read.users_v2');
  expect(others.length).toBeGreaterThan(4);
  for (const table of others) expect(found(await rows(table))).toEqual([]);
});

it("the database's own log holds no secret, though statements failed", async () => {
  const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
  expect(log).toContain('does not exist');
  expect(log.split('\n').filter((line) => found(line).length > 0)).toEqual([]);
});

it('errors that clients get hold no secret of the server', async () => {
  const { errors } = await graphql(server.graphqlUrl, '{ viewer { nothing } }', {}, secrets['the API token']);
  expect(found(JSON.stringify(errors))).toEqual([]);
});
