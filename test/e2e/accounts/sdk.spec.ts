import { Wasmer, init } from '@wasmer/sdk-publish/node';
import { account, startAccounts, type AccountsServer } from './kit.js';

/** The published npm client, unmodified. */
let server: AccountsServer;

beforeAll(async () => {
  server = await startAccounts();
});

afterAll(() => server.close());

it('knows who it is', async () => {
  const { token, username, id } = await account(server, 'sdk-user');
  await init({ registryUrl: server.graphqlUrl, token });
  expect(await Wasmer.whoami()).toMatchObject({ id, username });
});
