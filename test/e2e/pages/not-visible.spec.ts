import { apiTokens } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { users } from '../../../projections/accounts/users/users.projection.js';
import { runProgram } from '../../kit/program.js';
import { serverEnvironment } from '../../kit/server.js';
import { account, startAccounts, type AccountsServer } from '../accounts/kit.js';
import { newNonce } from './kit.js';

/** Forms whose command is stored while the read model that would show it is paused. */

let server: AccountsServer;

beforeAll(async () => void (server = await startAccounts()));
afterAll(() => server.close());

function post(path: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
  const headers = { 'sec-fetch-site': 'same-origin', cookie };
  return fetch(server.url + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });
}

async function whilePaused(projection: string, work: () => Promise<void>): Promise<void> {
  const env = serverEnvironment(server.dataDir, server.database);
  expect((await runProgram(['projections', 'pause', projection, '--reason', 'a test'], env)).code).toBe(0);
  await work();
  expect((await runProgram(['projections', 'resume', projection], env)).code).toBe(0);
}

async function logIn(username: string): Promise<string> {
  const { password } = await account(server, username);
  return (await post('/login', { username, password })).headers.get('set-cookie')!.split(';', 1)[0]!;
}

const stored = 'Your change is stored';

it('a registration that is sent again is the same one, and its owner is logged in', async () => {
  const person = { username: 'ada', email: 'ada@example.com', password: 'correct horse of ada' };
  let form = { ...person, clientMutationId: '00000000-0000-4000-8000-000000000001' };
  await whilePaused(users.versionedName, async () => {
    const page = await (await post('/register', form)).text();
    expect(page).toContain(stored);
    form = { ...form, clientMutationId: /name="clientMutationId" value="([^"]+)"/.exec(page)![1]! };
  });
  expect((await post('/register', form)).headers.get('location')).toBe('/settings');
});

it('an approval says what happened, and not that there is no login request', async () => {
  const cookie = await logIn('bob');
  const [, nonce, secret] = /nonce=(\w+)&secret=(\w+)/.exec(await newNonce(server, 'http://localhost:39999'))!;
  await whilePaused(apiTokens.versionedName, async () => {
    const page = await (
      await post('/auth/cli', { nonce: nonce!, secret: secret!, decision: 'approve' }, cookie)
    ).text();
    expect(page).toContain(stored);
    expect(page).not.toContain('There is no such login request');
  });
});
