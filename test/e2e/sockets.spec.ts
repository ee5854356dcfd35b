import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { graphql } from '../kit/graphql-client.js';
import { startServer, type TestServer } from '../kit/server.js';
import { openSession } from '../kit/socket-client.js';

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ database });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

it('the built server reads its own writes over one socket, and says goodbye when it stops', async () => {
  const register =
    'mutation { registerUser(input: { username: "ada", email: "ada@example.com", password: "correct horse" }) { token } }';
  const { token } = (await graphql(server.graphqlUrl, register)).data.registerUser;
  const url = server.graphqlUrl.replace('http', 'ws');
  const connectionParams = { authorization: `Bearer ${token}` };
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, lazy: false, retryAttempts: 0 });
  const ask = async (query: string) => (await client.iterate({ query }).next()).value;
  expect(await ask('{ viewer { username } }')).toEqual({ data: { viewer: { username: 'ada' } } });
  const create = 'mutation { createNamespace(input: { name: "acme" }) { namespace { name } } }';
  expect(await ask(create)).toEqual({ data: { createNamespace: { namespace: { name: 'acme' } } } });
  expect(await ask('{ getNamespace(name: "acme") { name } }')).toEqual({ data: { getNamespace: { name: 'acme' } } });
  await client.dispose();

  const { closed } = await openSession(url, { subprotocols: ['graphql-ws'] });
  const ended = server.stop('SIGTERM');
  expect((await closed).code).toBe(1001);
  expect(await ended).toMatchObject({ code: 0 });
  expect(server.output()).not.toContain(token);
});
