import { createClient, type Sink } from 'graphql-ws';
import { SubscriptionClient } from 'subscriptions-transport-ws';
import { WebSocket } from 'ws';
import { eventually } from '../../../../test/kit/eventually.js';
import { openSession, openSocket } from '../../../../test/kit/socket-client.js';
import { listening, startSocketFixture, ticker } from '../../../../test/kit/socket-fixture.js';
import { gate, holdGate } from '../../../../test/kit/web-fixture.js';
import { printMetrics } from '../../observability/metrics.js';
import { rootFieldsWithoutPolicy } from '../policy-index.js';

type Shell = Awaited<ReturnType<typeof startSocketFixture>>;

let shell: Shell;
beforeAll(async () => void (shell = await startSocketFixture()));
afterAll(() => shell.close());

type Request = { query: string; variables?: Record<string, unknown> };

/** What the tests need of a published client. */
type Client = {
  /** @returns how to stop */
  follow(request: Request, sink: Sink<unknown>): () => void;
  close(): void;
};

/** As the JavaScript SDK uses it: credentials in the payload, in lower case. */
function modernClient(): Client {
  const client = createClient({
    url: shell.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { accept: 'application/json', authorization: 'Bearer user' },
    retryAttempts: 0,
  });
  return { follow: (request, sink) => client.subscribe(request, sink), close: () => void client.dispose() };
}

/** As the old SDK uses it. */
function oldClient(): Client {
  const connectionParams = { headers: { Authorization: 'Bearer user' } };
  const client = new SubscriptionClient(shell.socketUrl, { connectionParams }, WebSocket);
  return {
    follow: (request, sink) => client.request(request).subscribe(sink).unsubscribe,
    close: () => client.close(),
  };
}

function all(client: Client, query: string, variables?: Record<string, unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  return new Promise((resolve, reject) => {
    const next = (answer: unknown) => void answers.push(answer);
    client.follow({ query, variables }, { next, error: reject, complete: () => resolve(answers) });
  });
}

describe.each([
  ['graphql-transport-ws', modernClient],
  ['graphql-ws, the old one', oldClient],
])('%s, by its published client', (_name, connect) => {
  let client: Client;
  beforeEach(() => void (client = connect()));
  afterEach(() => client.close());

  it('follows a subscription to its end', async () => {
    expect(await all(client, 'subscription ($to: Int!) { countTo(to: $to) }', { to: 2 })).toEqual([
      { data: { countTo: 1 } },
      { data: { countTo: 2 } },
    ]);
  });

  it('knows the caller of a query, a mutation and a subscription', async () => {
    expect(await all(client, '{ viewer { username } }')).toEqual([{ data: { viewer: { username: 'user' } } }]);
    const echoed = await all(client, 'mutation { echo(input: { name: "n", size: null }, times: null) }');
    expect(echoed).toMatchObject([{ data: { echo: { name: 'n', size: 7, times: 3, isClass: true } } }]);
    expect(await all(client, 'subscription { caller }')).toEqual([{ data: { caller: 'user 127.0.0.1 -' } }]);
  });

  it('runs several at once, and ends the source of one that is stopped while nothing happens', async () => {
    const heard: unknown[][] = [[], []];
    const [stop] = heard.map((answers) => {
      const next = (answer: unknown) => void answers.push(answer);
      return client.follow({ query: 'subscription { ticks }' }, { next, error: () => {}, complete: () => {} });
    });
    await eventually(() => expect(listening()).toBe(2));
    ticker.emit('tick', 1);
    await eventually(() => expect(heard).toEqual([[{ data: { ticks: 1 } }], [{ data: { ticks: 1 } }]]));
    stop!();
    await eventually(() => expect(listening()).toBe(1));
    ticker.emit('tick', 2);
    await eventually(() => expect(heard[1]).toHaveLength(2));
    expect(heard[0]).toHaveLength(1);
    client.close();
    await eventually(() => expect(listening()).toBe(0));
  });

  it('gets a refusal of an operation that ran as an answer, and of one that may not run as an error', async () => {
    expect(await all(client, '{ refused }')).toMatchObject([
      { data: { refused: null }, errors: [{ extensions: { code: 'FIXTURE_REFUSED', field: 'x' } }] },
    ]);
    const errors = await all(client, '{ vieweer }').catch((error: unknown) => error);
    // The old protocol has room for one error only.
    expect([errors].flat()).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

describe('operations', () => {
  const ask = async (query: string, token = '', variables = {}) => {
    const raw = await openSession(shell.socketUrl, { payload: { authorization: `Bearer ${token}` } });
    raw.send({ id: 'a', type: 'subscribe', payload: { id: null, query, variables, operationName: null } });
    const answer = await raw.next({ id: 'a' });
    raw.socket.close();
    return answer;
  };

  it.each([
    [`{ ${'b: __typename '.repeat(31)} }`, 'GRAPHQL_VALIDATION_FAILED'],
    [`{ ${'self { '.repeat(20)} name ${'}'.repeat(21)}`, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ ...f } fragment f on Query { ...f }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ ${'__typename '.repeat(4000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['{ viewer {', 'GRAPHQL_PARSE_FAILED'],
    ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
    ['subscription { countTo ticks }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('are bound by the limits of HTTP: %.40s', async (query, code) => {
    const { type, payload } = await ask(query);
    expect({ type, code: payload[0].extensions.code }).toEqual({ type: 'error', code });
  });

  it('are bound by their cost with these variables', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `name${n}: name`).join(' ');
    const query = `query ($ids: [ID!]!) { many(ids: $ids) { ${names} } }`;
    const { type, payload } = await ask(query, '', { ids: Array.from({ length: 5_000 }, () => 1) });
    const { code, limit } = payload.errors[0].extensions;
    expect({ type, code, limit }).toEqual({ type: 'next', code: 'GRAPHQL_VALIDATION_FAILED', limit: 'cost' });
  });

  it('refuse variables that do not fit', async () => {
    const { type, payload } = await ask('query ($at: DateTime!) { moment(at: $at) }');
    expect({ type, code: payload.errors[0].extensions.code }).toEqual({ type: 'next', code: 'BAD_USER_INPUT' });
  });

  it.each([
    ['subscription { ticksForUsers }', '', 'UNAUTHENTICATED'],
    ['subscription { nakedTicks }', 'operator', 'FORBIDDEN'],
    ['subscription { refusedTicks }', '', 'FIXTURE_NO_TICKS'],
    ['{ forOperators }', 'user', 'FORBIDDEN'],
  ])('run only as the policies say: %s by "%s"', async (query, token, code) => {
    const { type, payload } = await ask(query, token);
    expect({ type, code: payload.errors[0].extensions.code }).toEqual({ type: 'next', code });
    expect(listening()).toBe(0);
  });

  it('that no policy opens are found by the walk over the schema', () => {
    expect(rootFieldsWithoutPolicy(shell.app)).toEqual(['Query.naked', 'Subscription.nakedTicks']);
  });

  it.each(['{ boom }', 'subscription { breaks }'])(
    'hide unexpected errors, each under an id of its own: %s',
    async (query) => {
      const raw = await openSession(shell.socketUrl);
      raw.send({ id: 'a', type: 'subscribe', payload: { query } });
      const [error] = await eventually(() => {
        const errors = raw.messages.flatMap(({ payload }) =>
          Array.isArray(payload) ? payload : (payload?.errors ?? []),
        );
        expect(errors).toHaveLength(1);
        return errors;
      });
      expect(error).toMatchObject({ message: 'Internal error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      const line = JSON.parse(shell.lines.find((text) => text.includes(error.extensions.errorId))!);
      expect(line).toMatchObject({ level: 'error', requestId: error.extensions.requestId });
      raw.socket.close();
    },
  );

  it('of a socket may be named anew as soon as they are stopped, and the old one says nothing more', async () => {
    const open = holdGate();
    const raw = await openSession(shell.socketUrl);
    raw.send({ id: 'a', type: 'subscribe', payload: { query: '{ slow }' } });
    await eventually(() => expect(gate.arrived).toBe(1));
    raw.send({ id: 'a', type: 'complete' });
    raw.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { ticks }' } });
    await eventually(() => expect(listening()).toBe(1));
    open();
    raw.send({ type: 'ping', payload: { n: 1 } });
    expect(await raw.next({ type: 'pong' })).toEqual({ type: 'pong', payload: { n: 1 } });
    ticker.emit('tick', 7);
    expect(await raw.next({ id: 'a' })).toEqual({ id: 'a', type: 'next', payload: { data: { ticks: 7 } } });
    raw.send({ id: 'a', type: 'complete' });
    await eventually(() => expect(listening()).toBe(0));
    raw.socket.close();
  });

  it('of kind subscription do not run over HTTP', async () => {
    const { status, error } = await shell.query('subscription { ticks }');
    expect({ status, code: error.extensions.code }).toEqual({ status: 400, code: 'OPERATION_RESOLUTION_FAILURE' });
  });
});

describe('a client', () => {
  it('as the command line: credentials in the header of the request, no payload, no answer to pings of the protocol', async () => {
    const headers = { authorization: 'Bearer user', 'user-agent': 'WasmerCLI-v7.4.2' };
    const raw = await openSession(shell.socketUrl, { headers });
    expect(raw.socket.protocol).toBe('graphql-transport-ws');
    const payload = { query: 'subscription { caller }', variables: null, operationName: null };
    raw.send({ id: '1', type: 'subscribe', payload });
    expect(await raw.next({ id: '1' })).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { caller: 'user 127.0.0.1 WasmerCLI-v7.4.2' } },
    });
    expect(await raw.next({ id: '1' })).toEqual({ id: '1', type: 'complete' });
    raw.socket.close();
  });

  it('of the old protocol may send operations without waiting for the answer to its first message', async () => {
    const raw = await openSocket(shell.socketUrl, { subprotocols: ['graphql-ws'] });
    raw.send({ type: 'connection_init', payload: {} });
    raw.send({ id: '1', type: 'start', payload: { query: 'subscription { countTo(to: 1) }' } });
    expect(await raw.next({})).toEqual({ type: 'connection_ack' });
    expect(await raw.next({})).toEqual({ type: 'ka' });
    expect(await raw.next({})).toEqual({ id: '1', type: 'data', payload: { data: { countTo: 1 } } });
    expect(await raw.next({})).toEqual({ id: '1', type: 'complete' });
    raw.send({ type: 'connection_terminate' });
    expect((await raw.closed).code).toBe(1000);
  });

  it('that offers both protocols gets the new one', async () => {
    const raw = await openSocket(shell.socketUrl, { subprotocols: ['graphql-ws', 'graphql-transport-ws'] });
    expect(raw.socket.protocol).toBe('graphql-transport-ws');
    raw.socket.close();
  });

  it('is counted while its socket is open', async () => {
    const open = async () =>
      /sockets_open\{protocol="graphql-transport-ws"\} (\d+)/.exec((await printMetrics()).text)?.[1];
    await eventually(async () => expect(await open()).toBe('0'));
    const raw = await openSession(shell.socketUrl);
    expect(await open()).toBe('1');
    raw.socket.close(4999);
    await eventually(async () => expect(await open()).toBe('0'));
    const line = JSON.parse(shell.lines.findLast((text) => text.includes('socket closed'))!);
    expect(line).toMatchObject({ level: 'debug', protocol: 'graphql-transport-ws', code: 4999 });
    expect(JSON.stringify(line)).not.toContain('127.0.0.1');
  });
});
