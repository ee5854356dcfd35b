import type { Operator } from '../../kit/operator.js';
import { runProgram } from '../../kit/program.js';
import { serverEnvironment, type TestServer } from '../../kit/server.js';
import type { TestDatabase } from '../../kit/database.js';
import { graphql } from '../../kit/graphql-client.js';

export { register, registerMutation } from '../../kit/register.js';

/** Asks for the link of who lost a password. */
export async function requestReset({ graphqlUrl }: TestServer, username: string): Promise<void> {
  const ask = 'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { email } }';
  const { errors } = await graphql(graphqlUrl, ask, { email: `${username}@example.com` });
  if (errors) throw new Error(JSON.stringify(errors));
}

/** The program's commands beside a server. */
export const waybillOf = (server: TestServer, database: TestDatabase): Operator['waybill'] => {
  const env = serverEnvironment(server.dataDir, database);
  return (...args) => runProgram(args, env);
};

/** The one link of a mail, as a person would click it. */
export function linkIn(text: string): URL {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  return new URL(links[0]!);
}
