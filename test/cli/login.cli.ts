import { account, startAccounts, type AccountsServer, type TestAccount } from '../e2e/accounts/kit.js';
import { wasmerCli, type WasmerCli } from './wasmer.js';

let server: AccountsServer;
let ada: TestAccount;
let wasmer: WasmerCli;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  wasmer = wasmerCli(server.graphqlUrl);
});

afterAll(async () => {
  wasmer?.remove();
  await server?.close();
});

const makeToken = 'mutation { generateApiToken(input: {identifier: "cli"}) { tokenRaw } }';

it('says who is Not logged in', async () => {
  expect((await wasmer.run('whoami')).output).toContain('Not logged in');
});

it('logs in with a token', async () => {
  const token = (await ada.ask(makeToken)).data.generateApiToken.tokenRaw as string;
  const login = await wasmer.run('login', token);
  expect(login).toMatchObject({ code: 0, output: expect.stringContaining('"ada"') });
  expect(await wasmer.run('whoami')).toMatchObject({ code: 0, output: expect.stringContaining('as user ada') });
});

it('makes, shows and lists namespaces', async () => {
  const created = await wasmer.run('namespace', 'create', 'acme-tools');
  expect(created).toMatchObject({ code: 0, output: expect.stringContaining('ns_') });
  expect((await wasmer.run('namespace', 'get', 'acme-tools')).output).toBe(created.output);
  expect((await wasmer.run('namespace', 'list')).output).toContain('acme-tools');
});

it('says why a namespace cannot be made', async () => {
  const { code, output } = await wasmer.run('namespace', 'create', 'acme-tools');
  expect(code).not.toBe(0);
  expect(output).toContain('This name is taken.');
});

it('logs out and revokes its token', async () => {
  const logout = await wasmer.ask('y\n', 'auth', 'logout', '--revoke-token');
  expect(logout.output).toContain('correctly logged out');
  const tokens = await ada.ask('{ viewer { apiTokens { edges { node { identifier revokedAt } } } } }');
  expect(tokens.data.viewer.apiTokens.edges).toMatchObject([
    { node: { identifier: 'cli', revokedAt: expect.any(String) } },
  ]);
  expect((await wasmer.run('whoami')).output).toContain('Not logged in');
});
