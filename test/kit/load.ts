import { Agent, request } from 'node:http';

/** `refused`: nobody listens. `reset`: the connection ended before the answer. Otherwise the code of the GraphQL error. */
export type Failure = { name: string; reason: 'refused' | 'reset' | string };

export type Load = {
  /** Names of the namespaces whose creation was answered with success, in the order of the answers. */
  answered: string[];
  failures: Failure[];
  /** Ends after the requests under way. Without it a client ends when nobody listens any more. */
  stop(): Promise<void>;
  /** Resolves when every client has ended. */
  ended: Promise<void>;
};

const mutation = 'mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id name } } }';

/**
 * Clients that each create one namespace after the other, over one kept-alive connection each, as fast as they are answered.
 * @param prefix begins every name; the caller chooses another one for each load on a database
 */
export function startLoad(graphqlUrl: string, token: string, prefix: string, clients = 8): Load {
  const answered: string[] = [];
  const failures: Failure[] = [];
  const stopping = new AbortController();
  let count = 0;
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted) {
      const name = `${prefix}-${++count}`;
      const reason = await createNamespace(graphqlUrl, agent, token, name);
      if (!reason) answered.push(name);
      else failures.push({ name, reason });
      if (reason === 'refused') break;
    }
    agent.destroy();
  };
  const ended = Promise.all(Array.from({ length: clients }, client)).then(() => undefined);
  const stop = () => {
    stopping.abort();
    return ended;
  };
  return { answered, failures, stop, ended };
}

/** @returns undefined after success, else why not. */
function createNamespace(url: string, agent: Agent, token: string, name: string): Promise<string | undefined> {
  const body = JSON.stringify({ query: mutation, variables: { name } });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(refusalOf(text, name)));
      response.on('error', () => resolve('reset'));
    });
    sent.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'refused' : 'reset'));
    sent.end(body);
  });
}

function refusalOf(text: string, name: string): string | undefined {
  const { data, errors } = JSON.parse(text) as { data?: any; errors?: { extensions: { code: string } }[] };
  if (errors) return errors[0]!.extensions.code;
  return data.createNamespace.namespace.name === name ? undefined : 'another name came back';
}
