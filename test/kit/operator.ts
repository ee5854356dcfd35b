import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { graphql } from './graphql-client.js';
import { runProgram, type CommandResult } from './program.js';
import { serverEnvironment, startServer, type TestServer } from './server.js';

/** Somebody with a shell beside a running server, and an account `ann` with the namespace `acme` made by commands alone. */
export type Operator = {
  server: TestServer;
  database: TestDatabase;
  /** The environment of the commands. */
  env: Record<string, string>;
  /** Ann's e-mail address and API token. */
  ann: { email: string; token: string };
  waybill(...args: string[]): Promise<CommandResult>;
  /** As Ann, over the API. @param expectedError the code of the refusal that must come; without it there must be none */
  createNamespace(name: string, expectedError?: string): Promise<void>;
  close(): Promise<void>;
};

export async function startOperator(): Promise<Operator> {
  const database = await createTestDatabase();
  const server = await startServer({ database });
  const env = serverEnvironment(server.dataDir, database);
  const waybill = (...args: string[]) => runProgram(args, env);
  const email = 'ann@example.com';
  const created = await waybill('users', 'create', 'ann', '--email', email, '--full-name', 'Ann Example', '--json');
  expect(json(created)).toEqual({ username: 'ann', email, password: expect.stringMatching(/^[\w-]{20}$/) });
  const { token } = json(await waybill('users', 'token', 'ann', '--json'));
  await eventually(async () => {
    const { data } = await graphql(server.graphqlUrl, '{ viewer { username } }', {}, token);
    expect(data.viewer?.username).toBe('ann');
  });
  const createNamespace = async (name: string, expectedError?: string) => {
    const create = 'mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id } } }';
    const { errors } = await graphql(server.graphqlUrl, create, { name }, token);
    expect(errors?.[0]!.extensions!.code).toBe(expectedError);
  };
  await createNamespace('acme');
  const close = async () => {
    await server.stop();
    await database.drop();
  };
  return { server, database, env, ann: { email, token }, waybill, createNamespace, close };
}

/** The document of `--json`: the whole of stdout is one. */
export function json({ stdout }: CommandResult): any {
  return JSON.parse(stdout);
}
