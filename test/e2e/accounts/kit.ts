import type { GraphqlAnswer } from '../../kit/graphql-client.js';
import { graphql } from '../../kit/graphql-client.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startServer, type TestServer } from '../../kit/server.js';

export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<GraphqlAnswer<any>>;

export type AccountsServer = TestServer & {
  database: TestDatabase;
  /** As an anonymous caller. */
  ask: Ask;
  askAs(token: string): Ask;
  /** SQL statements of the API's connections during a piece of work. */
  statements(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
};

export async function startAccounts(env: Record<string, string> = {}): Promise<AccountsServer> {
  const database = await createTestDatabase();
  const server = await startServer({ database, env });
  const askAs =
    (token?: string): Ask =>
    (query, variables) =>
      graphql(server.graphqlUrl, query, variables, token);
  return {
    ...server,
    database,
    ask: askAs(),
    askAs,
    statements: async (work) => {
      const before = await statementCount(server.url);
      await work();
      return (await statementCount(server.url)) - before;
    },
    close: async () => {
      await server.stop();
      await database.drop();
    },
  };
}

async function statementCount(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^waybill_sql_statements_total\{pool="api"\} (\d+)/m.exec(text)?.[1] ?? 0);
}

export type TestAccount = {
  id: string;
  username: string;
  email: string;
  password: string;
  token: string;
  ask: Ask;
  /** The extensions of the one error that the operation must end with. */
  refusal(query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown> & { code: string }>;
};

export const registerMutation = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { token clientMutationId } }`;

/** Registers an account as a client does. */
export async function account(server: Pick<AccountsServer, 'ask' | 'askAs'>, username: string): Promise<TestAccount> {
  const email = `${username}@example.com`;
  const password = `correct horse of ${username}`;
  const { data } = await server.ask(registerMutation, {
    input: { username, email, password, fullName: `${username} Example Person` },
  });
  const token = data.registerUser.token as string;
  const ask = server.askAs(token);
  const id = (await ask('{ viewer { id } }')).data.viewer.id as string;
  return { id, username, email, password, token, ask, refusal: refusalOf(ask) };
}

export function refusalOf(ask: Ask): TestAccount['refusal'] {
  return async (query, variables) => {
    const { errors, data } = await ask(query, variables);
    if (errors?.length !== 1) throw new Error(`Expected one error, got ${JSON.stringify({ errors, data })}`);
    return errors[0]!.extensions as Record<string, unknown> & { code: string };
  };
}
