import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { startServer, type TestServer } from '../kit/server.js';
import { HttpClient } from './http-client.js';

export type Served = { server: TestServer; client: HttpClient; password: string; stop(): Promise<void> };

/** The built server as a process of its own on a new database, and a client that is logged in as the operator of the first start. */
export async function serve(env: Record<string, string> = {}, program?: string): Promise<Served> {
  const database = await createTestDatabase();
  const server = await startServer({ database, env, program });
  const { token, password } = await eventually(() => credentials(server.output()));
  const client = new HttpClient(server.url, token);
  return {
    server,
    client,
    password,
    stop: async () => {
      client.close();
      await server.stop();
      await database.drop();
    },
  };
}

/** Where a server was started and ended again. */
export type Standing = { database: TestDatabase; dataDir: string };

/** The same on a database that gets its content between the first start, which makes the operator, and the one that is measured. */
export async function serveFilled(fill: (standing: Standing) => Promise<void>): Promise<Served> {
  const database = await createTestDatabase();
  const dataDir = makeDataFolder();
  const first = await startServer({ database, dataDir });
  const { token, password } = await eventually(() => credentials(first.output()));
  await first.stop();
  await fill({ database, dataDir });
  const server = await startServer({ database, dataDir });
  const client = new HttpClient(server.url, token);
  return {
    server,
    client,
    password,
    stop: async () => {
      client.close();
      await server.stop();
      await database.drop();
      await removeDataFolder(dataDir);
    },
  };
}

/** What the first start prints, once it listens. */
function credentials(output: string): { token: string; password: string } {
  const token = /wasmer login --registry \S+ (\S+)/.exec(output)?.[1];
  const password = /password +(\S+)/.exec(output)?.[1];
  if (!token || !password) throw new Error(`The first start did not say how to log in:\n${output}`);
  return { token, password };
}

export const operations = {
  viewer: `query viewer { viewer { id username email } }`,
  getNamespace: `query getNamespace($name: String!) { getNamespace(name: $name) { id name displayName description createdAt } }`,
  namespaces: `query namespaces($first: Int) { viewer { namespaces(first: $first) { edges { node { id name displayName description createdAt } } } } }`,
  createNamespace: `mutation createNamespace($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id name } } }`,
  updateNamespace: `mutation updateNamespace($input: UpdateNamespaceInput!) { updateNamespace(input: $input) { namespace { id description } } }`,
  tokenAuth: `mutation tokenAuth($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token refreshToken } }`,
};
