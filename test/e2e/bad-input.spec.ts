import { gzipSync } from 'node:zlib';
import { eventually } from '../kit/eventually.js';
import { rawRequest } from '../kit/multipart.js';
import { transports, type Outcome } from '../kit/transports.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './accounts/kit.js';

/** Whatever a client sends gets a typed error or null, over every transport, and the server answers others meanwhile. */
let server: AccountsServer;
let ada: TestAccount;
beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  await ada.ask('mutation { createNamespace(input: { name: "acme" }) { clientMutationId } }');
  await ada.ask('mutation { generateApiToken(input: { identifier: "laptop" }) { tokenRaw } }');
});
afterAll(() => server.close());

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const nested = (levels: number, open: string, inside: string, close: string) =>
  open.repeat(levels) + inside + close.repeat(levels);
/** @param variables JSON text */
const operation = (query: string, variables = '{}') => `{"query":${JSON.stringify(query)},"variables":${variables}}`;

const page = 'query ($n: Int = 1) { viewer { namespaces(first: $n) { totalCount } } }';
const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const create = 'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { clientMutationId } }';
const invalid = 'GRAPHQL_VALIDATION_FAILED';
const unreadable = 'GRAPHQL_PARSE_FAILED';
const input = 'BAD_USER_INPUT';

describe.each(Object.entries(transports))('an operation %s', (_transport, send) => {
  const answer = (body: string) => send(server.graphqlUrl, body, ada.token);

  it.each<[string, string, object]>([
    ['no GraphQL', operation('{'), { code: unreadable }],
    ['an empty text', operation(' '), { code: unreadable }],
    ['NUL in the text', operation('{ __typename \0 }'), { code: unreadable }],
    ['too long', operation(`{ ${times(3_000, () => '__typename')} }`), { code: unreadable }],
    [
      'too deep',
      operation(`{ __type(name: "User") { fields { type { ${nested(20, 'ofType { ', 'name', ' }')} } } } }`),
      { code: invalid, limit: 'depth' },
    ],
    ['literals in literals', operation(`{ nodes(ids: ${nested(1_400, '[', '', ']')}) { id } }`), { code: invalid }],
    ['too many fields', operation(`{ ${times(2_001, () => '__typename')} }`), { code: invalid, limit: 'fields' }],
    [
      'too many aliases',
      operation(`{ ${times(31, (n) => `a${n}: __typename`)} }`),
      { code: invalid, limit: 'aliases' },
    ],
    [
      'too many directives',
      operation(`{ ${times(31, () => '... @skip(if: false) { __typename }')} }`),
      { code: invalid, limit: 'directives' },
    ],
    [
      'a fragment within itself',
      operation('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'),
      { code: invalid },
    ],
    [
      'fragments that multiply',
      operation(
        `{ ...f0 } ${times(99, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f99 on Query { __typename }`,
      ),
      { code: invalid, limit: 'fields' },
    ],
    ['a field that there is not', operation('{ nothing }'), { code: invalid }],
    ['an argument that there is not', operation('{ viewer { id(x: 1) } }'), { code: invalid }],
    [
      'too much to answer',
      operation(
        `{ ${times(13, (n) => `a${n}: viewer { namespaces(first: 1000) { edges { node { id name description createdAt updatedAt avatar displayName } } } }`)} }`,
      ),
      { code: invalid, limit: 'cost' },
    ],
    [
      'too many variables',
      operation(nodes, `{"ids":[${times(10_000, () => '1,')} 1]}`),
      { code: invalid, limit: 'variables.values' },
    ],
    [
      'variables too deep',
      operation(nodes, `{"ids":${nested(500, '[', '', ']')}}`),
      { code: invalid, limit: 'variables.depth' },
    ],
    [
      'more ids than nodes takes',
      operation(nodes, `{"ids":[${times(100, () => '1,')} 1]}`),
      { code: input, field: 'ids' },
    ],
    [
      'no operation of the name',
      `{"query":"query A { __typename }","operationName":"B"}`,
      { code: 'OPERATION_RESOLUTION_FAILURE' },
    ],
    [
      'an empty name of the operation',
      `{"query":"{ __typename }","operationName":""}`,
      { code: 'OPERATION_RESOLUTION_FAILURE' },
    ],
    [
      'several operations and no name',
      operation('query A { __typename } query B { __typename }'),
      { code: 'OPERATION_RESOLUTION_FAILURE' },
    ],
    ['a number beyond all', operation(page, '{"n":1e400}'), { code: input }],
    ['a number beyond 32 bits', operation(page, '{"n":99999999999}'), { code: input }],
    ['a number as text', operation(page, '{"n":"1"}'), { code: input }],
    ['a broken number', operation(page, '{"n":1.5}'), { code: input }],
    ['a page of absurd size', operation(page, '{"n":2147483647}'), { code: input, field: 'first', rule: '0 to 1000' }],
    ['a negative page', operation(page, '{"n":-1}'), { code: input, field: 'first' }],
    ['text for an input', operation(create, '{"input":"x"}'), { code: input }],
    ['a list for an input', operation(create, '{"input":[]}'), { code: input }],
    ['null for an input', operation(create, '{"input":null}'), { code: input }],
    ['an input without what it needs', operation(create, '{"input":{}}'), { code: input }],
    ['an object for a text', operation(create, '{"input":{"name":{"toString":1}}}'), { code: input }],
    ['a text for a file', operation(create, '{"input":{"name":"x","avatarUpload":"x"}}'), { code: input }],
    [
      'members that there are not',
      operation(create, `{"input":{"name":"x",${times(2_000, (n) => `"k${n}":${n},`)} "y":1}}`),
      { code: input },
    ],
    ['an enum that there is not', operation('{ viewerCan(action: FLY, ownerName: "ada") }'), { code: invalid }],
  ])('is refused: %s', async (_name, body, expected) => {
    const { errors = [], status = 200, ...rest } = await answer(body);
    expect(rest.closed).toBeUndefined();
    const extensions = errors.map((error) => error.extensions);
    expect(extensions).toContainEqual(expect.objectContaining(expected));
    expect(extensions).not.toContainEqual(expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }));
    expect(status).toBeLessThan(500);
    // What was wrong is not sent back whole, and not once for each mistake.
    expect(JSON.stringify(errors).length).toBeLessThan(60_000);
  });

  it.each(['{"__proto__":{"a":1}}', '{"n":{"__proto__":null}}'])('may set no prototype: %s', async (variables) => {
    const { status, closed } = await answer(operation(page, variables));
    expect(closed ?? status).toBe(closed ? 4400 : 400);
  });

  it.each<[string, string, unknown]>([
    ['of the last of two equal keys', '{"query":"{ nothing }","query":"{ __typename }"}', { __typename: 'Query' }],
    [
      'with all that may be null',
      '{"query":"{ __typename }","id":null,"variables":null,"operationName":null,"extensions":null}',
      { __typename: 'Query' },
    ],
    [
      'with variables that nobody asked for',
      operation('{ __typename }', '{"constructor":1,"toString":[2],"x":{"y":3}}'),
      { __typename: 'Query' },
    ],
    [
      'with NUL in names',
      operation(
        'query ($s: String!) { getUser(username: $s) { id } getNamespace(name: $s) { id } getGlobalObject(slug: $s) { __typename } viewerCan(action: DEPLOY_APP, ownerName: $s) }',
        '{"s":"a\\u0000da"}',
      ),
      { getUser: null, getNamespace: null, getGlobalObject: null, viewerCan: false },
    ],
    [
      'with half a character in names',
      operation(
        'query ($s: String!) { getUser(username: $s) { id } getGlobalObject(slug: $s) { __typename } }',
        '{"s":"ada\\ud800"}',
      ),
      { getUser: null, getGlobalObject: null },
    ],
    [
      'with a name that looks like another',
      operation(
        'query ($s: String!) { getUser(username: $s) { id } getGlobalObject(slug: $s) { __typename } }',
        '{"s":"аdа"}',
      ),
      { getUser: null, getGlobalObject: null },
    ],
    [
      'with ids that are none',
      operation(
        'query ($a: ID!) { node(id: $a) { id } nodes(ids: [$a, "", "u_", "u_\u0000", "ns_BRa7Iet0imKV"]) { id } }',
        '{"a":123}',
      ),
      { node: null, nodes: [null, null, null, null, null] },
    ],
  ])('is answered %s', async (_name, body, data) => {
    expect(await answer(body)).toEqual({ data, ...((await answer(body)).status && { status: 200 }) });
  });

  it('with a size that is null is reckoned at the size that it gets', async () => {
    const edges = 'edges { node { id name description createdAt updatedAt avatar displayName } }';
    const text = `query ($n: Int = 1) { ${times(13, (n) => `a${n}: viewer { namespaces(first: $n) { ${edges} } }`)} }`;
    expect((await answer(operation(text))).errors).toBeUndefined();
    expect((await answer(operation(text, '{"n":null}'))).errors?.[0]?.extensions).toMatchObject({ limit: 'cost' });
  });
});

describe('a request', () => {
  const json = { 'content-type': 'application/json' };
  const fine = '{"query":"{ __typename }"}';
  const compressed = new Uint8Array(gzipSync(fine));
  it.each<[string, RequestInit & { path?: string }, number, string]>([
    ['that is a batch', { headers: json, body: `[${fine}]` }, 400, 'BAD_REQUEST'],
    [
      'that is a long batch',
      { headers: json, body: `[${times(1_000, () => `${fine},`)} ${fine}]` },
      400,
      'BAD_REQUEST',
    ],
    ['over the limit', { headers: json, body: `{"query":"${'x'.repeat(1024 * 1024)}"}` }, 413, 'PAYLOAD_TOO_LARGE'],
    ['that is empty', { headers: json, body: '' }, 400, 'BAD_REQUEST'],
    ['that is no JSON', { headers: json, body: '{"query":' }, 400, 'BAD_REQUEST'],
    ['that is null', { headers: json, body: 'null' }, 400, 'BAD_REQUEST'],
    ['with a prototype', { headers: json, body: '{"constructor":{"prototype":{}}}' }, 400, 'BAD_REQUEST'],
    ['without a query', { headers: json, body: '{"id":null}' }, 400, 'BAD_REQUEST'],
    ['with an unknown id', { headers: json, body: '{"id":"x"}' }, 200, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'that is compressed',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: compressed },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'of another type',
      { headers: { 'content-type': 'application/graphql' }, body: '{ __typename }' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['of a form', { body: new URLSearchParams({ query: '{ __typename }' }) }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['of a type that a page may send', { headers: { 'content-type': 'text/plain' }, body: fine }, 400, 'BAD_REQUEST'],
    [
      'in another charset',
      {
        headers: { 'content-type': 'application/json; charset=utf-16' },
        body: new Uint8Array(Buffer.from(fine, 'utf16le')),
      },
      400,
      'BAD_REQUEST',
    ],
    [
      'that mutates by GET',
      { method: 'GET', headers: json, path: `?query=${encodeURIComponent('mutation { __typename }')}` },
      405,
      'BAD_REQUEST',
    ],
    ['with another method', { method: 'PUT', headers: json, body: fine }, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s is refused', async (_name, { path = '', ...init }, status, code) => {
    const response = await fetch(server.graphqlUrl + path, { method: 'POST', ...init });
    const { errors } = (await response.json()) as Outcome;
    expect([response.status, errors?.[0]?.extensions?.code]).toEqual([status, code]);
  });

  it('without an end is cut off when it is over the limit', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked';
    const chunk = `40000\r\n${' '.repeat(0x40000)}\r\n`;
    expect(await rawRequest(server.url, head, chunk.repeat(5), (text) => text.endsWith('}'))).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*PAYLOAD_TOO_LARGE/,
    );
  });
});

it('others are answered while a flood of the costliest is refused, and while many connections say nothing', async () => {
  const ended = new AbortController();
  const silent = Array.from({ length: 200 }, () =>
    fetch(server.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('{"query":')) }),
      duplex: 'half',
      signal: ended.signal,
    } as RequestInit).catch(() => undefined),
  );
  const costly = [
    operation(`{ ${times(740, () => 'viewer { id }')} }`),
    operation(create, `{"input":{"name":"x",${times(9_000, (n) => `"k${n}":${n},`)} "y":1}}`),
    operation(create, `{"input":{"name":"x",${times(60, (n) => `"k${n}":"${'x'.repeat(15_000)}",`)} "y":1}}`),
    operation(`{ ${'x'.repeat(900_000)} }`),
  ];
  const statuses: number[] = [];
  const flood = async (): Promise<void> => {
    for (let n = 0; n < 8; n++) {
      const response = await fetch(server.graphqlUrl, {
        method: 'POST',
        // Blanks in plenty, where a pattern could go back over them.
        headers: {
          'content-type': 'application/json',
          ...(n < 4 && { authorization: `Bearer x${' '.repeat(14_000)}y` }),
        },
        body: costly[n % costly.length],
      });
      expect((await response.arrayBuffer()).byteLength).toBeLessThan(60_000);
      statuses.push(response.status);
    }
  };
  const progress = { isOver: false, answered: 0 };
  const floods = Promise.all(Array.from({ length: 4 }, flood)).finally(() => (progress.isOver = true));
  for (; !progress.isOver; progress.answered++)
    expect((await ada.ask('{ viewer { username } }')).data).toEqual({ viewer: { username: 'ada' } });
  await floods;
  // Each waits for the few that came before, not for all.
  expect(progress.answered).toBeGreaterThan(2);
  expect(new Set(statuses)).toEqual(new Set([400, 401]));
  ended.abort();
  await Promise.all(silent);
  await eventually(async () => expect((await fetch(`${server.url}/readyz`)).status).toBe(200));
});

it('nothing of all this was an unexpected error', () => {
  expect(server.output()).not.toContain('unexpected error');
});
