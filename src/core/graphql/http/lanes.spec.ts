import { GraphQLModule } from '@nestjs/graphql';
import { startFixture } from '../../../../test/kit/web-fixture.js';
import { httpLimits } from '../../http/fastify.js';
import type { WaybillDriver } from '../driver.js';
import { sha256 } from '../execution/documents.js';

let shell: Awaited<ReturnType<typeof startFixture>>;
/** Requests that Apollo has got. */
let asked = 0;

beforeAll(async () => {
  shell = await startFixture();
  const { instance } = shell.app.get(GraphQLModule).graphQlAdapter as WaybillDriver;
  const execute = instance.executeHTTPGraphQLRequest.bind(instance);
  instance.executeHTTPGraphQLRequest = async (request) => {
    asked += 1;
    return execute(request);
  };
});
afterAll(() => shell.close());

type Body = Record<string, unknown> | unknown[] | string;

/** Apollo alone weighs a list of types. */
const byApollo = { accept: 'application/json;q=1' };
const directly = { accept: 'application/json' };

const shownHeaders = [
  'content-type',
  'content-length',
  'www-authenticate',
  'cache-control',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'x-content-type-options',
];

/** All that a client sees. Ids differ from request to request; that the answer's are the request's own is seen here. */
async function answer(body: Body, headers: Record<string, string>) {
  const before = asked;
  const response = await shell.post(body, headers);
  const requestId = response.headers.get('x-request-id')!;
  const text = (await response.text())
    .replaceAll(requestId, '<request>')
    .replace(/"errorId":"[0-9a-f-]{36}"/g, '"errorId":"<error>"');
  const shown = Object.fromEntries(shownHeaders.map((name) => [name, response.headers.get(name)]));
  return { answer: { status: response.status, headers: shown, text }, isByApollo: asked > before };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const moment = 'query ($at: DateTime) { moment(at: $at) }';
const echo = 'mutation ($input: EchoInput!, $times: Int) { echo(input: $input, times: $times) }';

type Case = { body: Record<string, unknown>; headers?: Record<string, string>; status?: number };

/** What is executed, and so can pass Apollo by. */
const executed: Record<string, Case> = {
  'nothing but a name': { body: { query: '{ __typename }' } },
  'a name, a null id, extensions and no variables': {
    body: { query: 'query A { whoCalls }', operationName: 'A', variables: null, id: null, extensions: {} },
  },
  'extensions that are null': { body: { query: '{ self { name } }', extensions: null } },
  'fragments and aliases': {
    body: { query: '{ ...a other: self { name } } fragment a on Query { self { self { name __typename } } }' },
  },
  'an operation among several': { body: { query: 'query A { whoCalls } query B { __typename }', operationName: 'B' } },
  'null for a default': {
    body: { query: 'query ($g: String) { self { greet(greeting: $g) } }', variables: { g: null } },
  },
  'texts in the document': { body: { query: `{ moment(at: "2026-01-09T13:46:00Z") self { greet(greeting: "x") } }` } },
  directives: {
    body: { query: 'query ($no: Boolean!) { whoCalls @skip(if: $no) __typename }', variables: { no: true } },
  },
  introspection: {
    body: { query: 'query ($n: String!) { __type(name: $n) { kind fields { name } } }', variables: { n: 'Self' } },
  },
  'a mutation': {
    body: { query: echo, variables: { input: { name: 'n', alias: null, note: null, size: null }, times: null } },
  },
  'a broken rule of an input': { body: { query: echo, variables: { input: { name: 'too long' } } } },
  'a refusal beside data': { body: { query: '{ whoCalls refused }' } },
  'a masked error beside data': { body: { query: '{ whoCalls boom }' } },
  'a foreign error': { body: { query: '{ foreign }' } },
  'null where none may be': { body: { query: '{ whoCalls nothing }' } },
  'null for an argument that must not be null': {
    body: { query: 'query ($times: Int) { sure(times: $times) }', variables: { times: null } },
  },
  'a field without a policy': { body: { query: '{ naked }' }, headers: bearer('operator') },
  'a field for users, by nobody': { body: { query: '{ forUsers }' } },
  'a field for users, by one': { body: { query: '{ forUsers }' }, headers: bearer('user') },
  'a field for operators, by a user': { body: { query: '{ forOperators }' }, headers: bearer('user') },
  'a wrong variable': { body: { query: moment, variables: { at: 'yesterday' } }, status: 400 },
  'many wrong variables': { body: { query: echo, variables: { input: { list: Array(100).fill(1) } } }, status: 400 },
};

/** What is refused before it is executed, or for its caller: Apollo's alone. */
const refusedBefore: Record<string, Case> = {
  'a refused token': { body: { query: '{ whoCalls }' }, headers: bearer('stale'), status: 401 },
  'a refused token, where it does not matter': { body: { query: '{ viewer { username } }' }, headers: bearer('stale') },
  'a fault of the authenticator': { body: { query: '{ __typename }' }, headers: bearer('database-down'), status: 500 },
  'an unknown operation': { body: { query: '{ __typename }', operationName: 'X' }, status: 400 },
  'an empty name of the operation': { body: { query: '{ __typename }', operationName: '' }, status: 400 },
  'several operations and no name': { body: { query: 'query A { whoCalls } query B { __typename }' }, status: 400 },
  'variables that are no object': { body: { query: '{ __typename }', variables: '{}' }, status: 400 },
  'variables that are a list': { body: { query: '{ __typename }', variables: [] }, status: 400 },
  'a name that is no text': { body: { query: '{ __typename }', operationName: 5 }, status: 400 },
  'extensions that are no object': { body: { query: '{ __typename }', extensions: 'x' }, status: 400 },
  'a document that is no text': { body: { query: { kind: 'Document' } }, status: 400 },
  'no document': { body: { variables: {} }, status: 400 },
  'a document that is not valid': { body: { query: '{ nothingLikeThis }' }, status: 400 },
  'a hash that is another document’s': {
    body: {
      query: '{ __typename }',
      extensions: { persistedQuery: { version: 1, sha256Hash: sha256('{ whoCalls }') } },
    },
    status: 400,
  },
};

describe('both ways answer the same', () => {
  it.each(Object.entries(executed))('%s', async (_name, { body, headers = {}, status = 200 }) => {
    // The first use is run by graphql-js, the next compile it, if it can be.
    const first = await answer(body, { ...headers, ...byApollo });
    expect(first.answer.status).toBe(status);
    const rest = [];
    for (const lane of [byApollo, directly, byApollo, directly]) rest.push(await answer(body, { ...headers, ...lane }));
    expect(rest.map(({ isByApollo }) => isByApollo)).toEqual([true, false, true, false]);
    for (const { answer: other } of rest) expect(other).toEqual(first.answer);
  });

  it.each(Object.entries(refusedBefore))('%s', async (_name, { body, headers = {}, status = 200 }) => {
    for (const query of ['{ __typename }', '{ whoCalls }', '{ viewer { username } }'])
      await answer({ query }, directly);
    const [slow, quick] = [
      await answer(body, { ...headers, ...byApollo }),
      await answer(body, { ...headers, ...directly }),
    ];
    expect([slow.isByApollo, quick.isByApollo, slow.answer.status]).toEqual([true, true, status]);
    expect(quick.answer).toEqual(slow.answer);
  });
});

it('a document that is new is Apollo’s', async () => {
  const fresh = { query: '{ fresh: __typename }' };
  expect((await answer(fresh, directly)).isByApollo).toBe(true);
  expect((await answer(fresh, directly)).isByApollo).toBe(false);
});

describe('queries that differ in their texts only', () => {
  const greeting = (text: string, more = '') => ({ query: `{ self { greet(greeting: "${text}") } ${more} }` });
  const both = async (body: Record<string, unknown>) => {
    const direct = await answer(body, directly);
    const other = await answer(body, byApollo);
    expect(direct.answer).toEqual(other.answer);
    return { isByApollo: direct.isByApollo, answer: JSON.parse(direct.answer.text) };
  };

  it('need no Apollo, and each gets what it asks for', async () => {
    for (const text of ['one', 'two', '', '$text1', 'text1', 'ü # 𝒳', '__graphql-jit', 'one'])
      expect(await both(greeting(text))).toEqual({
        isByApollo: false,
        answer: { data: { self: { greet: text } } },
      });
  });

  it('tell equal texts from different ones, by which fields can be merged', async () => {
    const twice = (one: string, other: string) => ({
      query: `{ self { greet(greeting: "${one}") greet(greeting: "${other}") } }`,
    });
    expect(await both(twice('a', 'a'))).toMatchObject({
      isByApollo: false,
      answer: { data: { self: { greet: 'a' } } },
    });
    expect(await both(twice('a', 'b'))).toMatchObject({ isByApollo: true });
    expect(await both(twice('b', 'b'))).toMatchObject({
      isByApollo: false,
      answer: { data: { self: { greet: 'b' } } },
    });
  });

  it('are run by Apollo when they fail, for errors name places in the text', async () => {
    for (const text of ['short', 'some longer text']) {
      const failing = greeting(text, 'refused');
      const locations = [{ line: 1, column: failing.query.indexOf('refused') + 1 }];
      const errors = [{ path: ['refused'], locations }];
      expect(await both(failing)).toMatchObject({ isByApollo: true, answer: { errors } });
    }
  });

  it.each([
    [
      'where not every text may stand',
      (text: string) => `{ scalarTest(uuid: "${text}") }`,
      ['123E4567-E89B-12D3-A456-426614174000', '123E4567-E89B-12D3-A456-426614174001'],
    ],
    ['of a mutation', (text: string) => `mutation { echo(input: { name: "${text}" }) }`, ['a', 'too long']],
    ['of a default', (text: string) => `query ($g: String = "${text}") { self { greet(greeting: $g) } }`, ['a', 'b']],
    [
      'beside a variable of that name',
      (text: string) => `query ($text1: Int!) { self { greet(greeting: "${text}") } sure(times: $text1) }`,
      ['a', 'b'],
    ],
  ])('are not taken for one another for texts %s', async (_, queryOf, texts) => {
    const variables = { text1: 3 };
    const answers = [];
    for (const text of texts) answers.push((await both({ query: queryOf(text), variables })).answer);
    expect(answers[1]).not.toEqual(answers[0]);
  });
});

it('a client that takes JSON, or all, needs no Apollo', async () => {
  await answer({ query: '{ __typename }' }, directly);
  for (const accept of ['*/*', 'application/json']) {
    expect(await answer({ query: '{ __typename }' }, { accept })).toMatchObject({
      isByApollo: false,
      answer: { text: '{"data":{"__typename":"Query"}}\n' },
    });
  }
});

it('leaves other types, other methods and forms of pages to Apollo', async () => {
  const query = { query: '{ __typename }' };
  await answer(query, directly);
  const json = await answer(query, { accept: 'application/graphql-response+json' });
  expect(json.isByApollo).toBe(true);
  expect(json.answer.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  expect((await answer(JSON.stringify(query), { 'content-type': 'text/plain' })).answer.status).toBe(400);
  const get = await fetch(`${shell.url}/graphql?query={__typename}`, { headers: { 'apollo-require-preflight': 'x' } });
  expect(await get.text()).toBe('{"data":{"__typename":"Query"}}\n');
});

it.each([
  [[{ query: '{ __typename }' }], 400, 'Operation batching disabled.'],
  [[], 400, 'Operation batching disabled.'],
  [{ query: '{ __typename }', variables: { a: 'x'.repeat(httpLimits.bodyBytes) } }, 413, 'The body is too large.'],
] as [Body, number, string][])(
  'refuses batches and bodies over the limit, whatever is prepared',
  async (body, status, message) => {
    await answer({ query: '{ __typename }' }, directly);
    for (const lane of [byApollo, directly]) {
      const { answer: refused } = await answer(body, lane);
      expect({ status: refused.status, message: JSON.parse(refused.text).errors[0].message }).toEqual({
        status,
        message,
      });
    }
  },
);

describe('automatically persisted queries', () => {
  const persisted = (text: string, more: object = {}) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text), ...more } },
  });

  it('are asked for once, and then need no text and no Apollo', async () => {
    const text = '{ whoCalls forUsers __typename }';
    const unknown = await answer(persisted(text), directly);
    expect(unknown.answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'private, no-cache, must-revalidate' },
    });
    expect(JSON.parse(unknown.answer.text).errors).toEqual([
      {
        message: 'PersistedQueryNotFound',
        extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: '<request>' },
      },
    ]);
    const registered = await answer({ query: text, ...persisted(text) }, directly);
    expect(registered.answer.status).toBe(200);
    const known = await answer(persisted(text), directly);
    expect(known).toEqual({ answer: registered.answer, isByApollo: false });
    expect((await answer(persisted(text), byApollo)).answer).toEqual(registered.answer);
    expect((await answer({ query: text, ...persisted(text) }, directly)).isByApollo).toBe(false);
  });

  it('works with GET, as clients that want caches send it', async () => {
    const text = '{ self { name } other: __typename }';
    await answer({ query: text }, directly);
    const search = new URLSearchParams({ extensions: JSON.stringify(persisted(text).extensions) });
    const response = await fetch(`${shell.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': 'x' } });
    expect(await response.json()).toEqual({ data: { self: { name: 'me' }, other: 'Query' } });
  });

  it.each([
    [{ query: '{ whoCalls }', ...persisted('{ other }') }, 'provided sha does not match query'],
    [{ query: '{ whoCalls }', ...persisted('{ whoCalls }', { version: 2 }) }, 'Unsupported persisted query version'],
    [persisted('{ whoCalls }', { version: 2 }), 'Unsupported persisted query version'],
  ])('refuses %j', async (body, message) => {
    await answer({ query: '{ whoCalls }' }, directly);
    const refused = await answer(body, directly);
    expect(refused.answer.status).toBe(400);
    expect(JSON.parse(refused.answer.text).errors).toEqual([
      { message, extensions: { code: 'BAD_REQUEST', requestId: '<request>' } },
    ]);
  });

  it('does not find what is no hash', async () => {
    for (const sha256Hash of ['', 'x', '../../etc/passwd', 'f'.repeat(10_000)]) {
      const { answer: unknown } = await answer(
        { extensions: { persistedQuery: { version: 1, sha256Hash } } },
        directly,
      );
      expect(JSON.parse(unknown.text).errors[0].message).toBe('PersistedQueryNotFound');
    }
  });
});

it('a document by `id`, as Relay sends it, is looked up the same way', async () => {
  const text = '{ self { self { name } } }';
  const unknown = await answer({ id: sha256(text), variables: {} }, directly);
  expect(JSON.parse(unknown.answer.text).errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  await answer({ query: text }, directly);
  const known = await answer({ id: sha256(text), variables: {} }, directly);
  expect(known).toMatchObject({ isByApollo: false, answer: { text: '{"data":{"self":{"self":{"name":"me"}}}}\n' } });
});
