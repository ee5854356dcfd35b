import { Agent, request } from 'node:http';

/** Sends operations over connections that stay open: Node's plain client, which costs less of the shared processor than `fetch`. */
export class HttpClient {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    private readonly token?: string,
    connections = Infinity,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws Error with the answer when it holds errors. */
  async send<Data = any>(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = JSON.parse(await this.text('POST', '/graphql', JSON.stringify({ query, variables })));
    if (errors) throw new Error(JSON.stringify(errors));
    return data as Data;
  }

  text(method: 'GET' | 'POST', path: string, body = ''): Promise<string> {
    const headers = {
      ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...(this.token && { authorization: `Bearer ${this.token}` }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.url), { method, agent: this.agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Statements sent so far, by pool, as `/metrics` counts them. */
export async function sqlStatements(client: HttpClient): Promise<Record<string, number>> {
  const text = await client.text('GET', '/metrics');
  const lines = text.matchAll(/^waybill_sql_statements_total\{pool="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, pool, value]) => [pool!, Number(value)]));
}
