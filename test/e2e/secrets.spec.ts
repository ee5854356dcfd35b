import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { runningEmbeddedPostgres } from '../../src/core/postgres/index.js';
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

  const generate = 'mutation { generateApiToken(input: { identifier: "ci", clientMutationId: "t" }) { tokenRaw } }';
  const made = await ask(generate, {}, secrets['the access token']);
  secrets['the API token'] = made.data.generateApiToken.tokenRaw;
  await ask('{ viewer { email fullName } }', {}, secrets['the API token']);

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
  'store.projections',
  'store.mails',
])('no row of %s holds a secret', async (table) => {
  const text = await rows(table);
  expect(text).not.toBe('');
  expect(found(text)).toEqual([]);
});

it('the read models hold the address and the name for their owner, and nothing else', async () => {
  expect(found(await rows('read.users_v2'))).toEqual(['the e-mail address', 'the real name']);
  for (const table of ['sessions_v1', 'api_tokens_v1', 'namespaces_v1'])
    expect(found(await rows(`read.${table}`))).toEqual([]);
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
