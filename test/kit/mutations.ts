import { request, type Agent } from 'node:http';

/** What a client of the load knows. */
export type Actor = {
  token: string;
  /** Ids of the namespaces that it made, the oldest first. */
  namespaces: string[];
};

/** A mutation with a mark, a text that nothing else holds. It is also its clientMutationId: repeated, it must change nothing more. */
type Kind = {
  mutation: string;
  input(mark: string, actor: Actor): object;
  /** Looks at what came back. @returns whether it shows the change */
  shows(data: any, mark: string, actor: Actor): boolean;
};

const kinds = {
  namespace: {
    mutation:
      'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id name description } } }',
    input: (mark) => ({ name: mark }),
    shows: ({ createNamespace: { namespace } }, mark, actor) => {
      actor.namespaces.push(namespace.id);
      return namespace.name === mark;
    },
  },
  description: {
    mutation:
      'mutation ($input: UpdateNamespaceInput!) { updateNamespace(input: $input) { namespace { id description } } }',
    input: (mark, { namespaces: [first] }) => ({ namespaceId: first, description: mark }),
    shows: ({ updateNamespace: { namespace } }, mark) => namespace.description === mark,
  },
  apiToken: {
    mutation: 'mutation ($input: GenerateAPITokenInput!) { generateApiToken(input: $input) { token { identifier } } }',
    input: (mark) => ({ identifier: mark }),
    shows: ({ generateApiToken: { token } }, mark) => token.identifier === mark,
  },
  user: {
    mutation: 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { token } }',
    input: (mark) => ({ username: mark, email: `${mark}@example.com`, password: `correct horse of ${mark}` }),
    shows: () => true,
  },
} satisfies Record<string, Kind>;

export type MutationKind = keyof typeof kinds;

/** One of each stream that grows long, of new streams, and of an account, whose password costs as much as all others together. */
export const mixture: MutationKind[] = [
  'namespace',
  ...Array.from({ length: 8 }, (): MutationKind[] => ['description', 'description', 'apiToken', 'namespace']).flat(),
  'user',
];

/** The mark of an event, for SQL over store.events: the key of its command ends with its clientMutationId. */
export const markOfEvent = `substring(metadata ->> 'commandKey' FROM '[^/]+$')`;

/**
 * Sends one mutation.
 * @returns undefined after success, else why not: `refused` (nobody listens), `reset` (the connection ended before the answer), `stale` (the
 *   answer does not show the change), `status <n>` (no JSON) or the code of the GraphQL error
 */
export async function mutate(
  url: string,
  agent: Agent,
  kind: MutationKind,
  mark: string,
  actor: Actor,
): Promise<string | undefined> {
  const { mutation, input, shows }: Kind = kinds[kind];
  const variables = { input: { ...input(mark, actor), clientMutationId: mark } };
  const answer = await post(url, agent, actor.token, JSON.stringify({ query: mutation, variables }));
  if ('failure' in answer) return answer.failure;
  const { data, errors } = answer.body;
  if (errors) return errors[0]!.extensions?.code ?? errors[0]!.message;
  return shows(data, mark, actor) ? undefined : 'stale';
}

type Answer = { failure: string } | { body: { data?: any; errors?: GraphqlFailure[] } };
type GraphqlFailure = { message: string; extensions?: { code?: string } };

/** Not `fetch`: here each client keeps one connection of its own, and a connection that ends is told from one that is refused. */
function post(url: string, agent: Agent, token: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(answerOf(response.statusCode!, text)));
      response.on('error', () => resolve({ failure: 'reset' }));
    });
    sent.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve({ failure: code === 'ECONNREFUSED' ? 'refused' : 'reset' }),
    );
    sent.end(body);
  });
}

/** A server that is stopping may answer in plain text. */
function answerOf(status: number, text: string): Answer {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { failure: `status ${status}` };
  }
}
