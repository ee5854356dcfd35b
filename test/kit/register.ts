import { graphql } from './graphql-client.js';

export const registerMutation = 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { token } }';

/** Registers an account as a client does. @returns its token @throws Error when it is refused */
export async function register({ graphqlUrl }: { graphqlUrl: string }, username: string): Promise<string> {
  const input = { username, email: `${username}@example.com`, password: `correct horse of ${username}` };
  const { data, errors } = await graphql<any>(graphqlUrl, registerMutation, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.registerUser.token;
}
