import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { buildProgram, runProgram } from '../../kit/program.js';
import { startServer, type TestServer } from '../../kit/server.js';

type Change = { position: number; streamId: string; description: string | null };

/** Who listens at one process and, for every change, asks the same process what it shows of the namespace then. */
type Subscriber = { changes: Change[]; shown: { change: Change; description: string }[]; client: Client };

let program: string;
let ring: string;
beforeAll(async () => {
  program = await buildProgram('live-server', 'test/kit/live-server.ts');
  ring = (await runProgram(['keys', 'generate'], {})).stdout.trim();
});

let database: TestDatabase;
let servers: TestServer[];
let subscribers: Subscriber[];
beforeEach(async () => {
  database = await createTestDatabase();
  servers = [];
  subscribers = [];
});
afterEach(async () => {
  for (const { client } of subscribers) await client.dispose();
  for (const server of servers) await server.stop();
  await database.drop();
});

async function start(roles: string): Promise<TestServer> {
  const server = await startServer({ database, program, roles, env: { WAYBILL_KEYS: ring } });
  servers.push(server);
  return server;
}

async function register({ graphqlUrl }: TestServer): Promise<string> {
  const text = `mutation { registerUser(input: { username: "ann", email: "ann@example.com", password: "correct horse of ann" }) { token } }`;
  return (await graphql(graphqlUrl, text)).data.registerUser.token;
}

/** @returns the id by which the API knows it */
async function createNamespace({ graphqlUrl }: TestServer, token: string, name: string): Promise<string> {
  const text = 'mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id } } }';
  const { data, errors } = await graphql(graphqlUrl, text, { name }, token);
  expect(errors).toBeUndefined();
  return data.createNamespace.namespace.id;
}

async function describeNamespace({ graphqlUrl }: TestServer, token: string, id: string, description: string) {
  const text = `mutation ($id: ID!, $description: String!) {
    updateNamespace(input: { namespaceId: $id, description: $description }) { namespace { description } }
  }`;
  const { data, errors } = await graphql(graphqlUrl, text, { id, description }, token);
  expect(errors).toBeUndefined();
  // Read your own write, whichever process applies it.
  expect(data.updateNamespace.namespace.description).toBe(description);
}

function subscribe({ graphqlUrl }: TestServer): Subscriber {
  const url = graphqlUrl.replace('http', 'ws');
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const subscriber: Subscriber = { changes: [], shown: [], client };
  void follow(graphqlUrl, subscriber);
  subscribers.push(subscriber);
  return subscriber;
}

async function follow(graphqlUrl: string, { client, changes, shown }: Subscriber): Promise<void> {
  const query = 'subscription { namespaceChanges { position streamId description } }';
  for await (const { data } of client.iterate<{ namespaceChanges: Change }>({ query })) {
    const change = data!.namespaceChanges;
    changes.push(change);
    if (change.description === null) continue;
    const [name] = change.description.split(' ');
    const read = 'query ($name: String!) { getNamespace(name: $name) { description } }';
    const answer = await graphql(graphqlUrl, read, { name });
    shown.push({ change, description: answer.data.getNamespace.description });
  }
}

const numberOf = (description: string) => Number(description.split(' ')[1]);

describe.each([
  ['two processes that do everything', ['api,projector', 'api,projector']],
  ['two APIs, and the projector in a third process', ['projector', 'api', 'api']],
])('subscriptions with %s', (_, topology) => {
  it('every subscriber gets every change once, in order, and then reads at least that from its own process', async () => {
    for (const roles of topology) await start(roles);
    const [a, b] = servers.slice(-2) as [TestServer, TestServer];
    const token = await register(a);
    const both = [subscribe(a), subscribe(b)];
    // When a subscription begins, nobody is told; the first change that both have heard is behind both beginnings.
    let calls = 0;
    await eventually(async () => {
      await createNamespace(a, token, `call-${calls++}`);
      expect(both.map(({ changes }) => changes.length > 0)).toEqual([true, true]);
    });
    const begun = Math.max(...both.map(({ changes }) => changes.at(-1)!.position));

    const names = ['one', 'two', 'three', 'four'];
    await Promise.all(
      names.map(async (name, index) => {
        const id = await createNamespace(index % 2 === 0 ? a : b, token, name);
        for (let n = 1; n <= 8; n++) await describeNamespace(n % 2 === 0 ? a : b, token, id, `${name} ${n}`);
      }),
    );
    const { rows } = await database.pool.query(
      `SELECT position::int FROM store.events WHERE type LIKE 'accounts.namespace.%' AND position > $1 ORDER BY position`,
      [begun],
    );
    const written = rows.map(({ position }) => position as number);
    expect(written.length).toBeGreaterThanOrEqual(names.length * 9);
    for (const { changes, shown } of both) {
      const heard = () => changes.map(({ position }) => position).filter((position) => position > begun);
      await eventually(() => expect(heard()).toEqual(written));
      await eventually(() => expect(shown).toHaveLength(names.length * 8));
      const older = shown.filter(({ change, description }) => numberOf(description) < numberOf(change.description!));
      expect(older).toEqual([]);
    }
  });
});
