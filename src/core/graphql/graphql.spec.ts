import { PolicyIndex, rootFieldsWithoutPolicy } from './policy-index.js';
import { startFixture } from '../../../test/kit/web-fixture.js';
import { operationLimits } from './limits.js';

let shell: Awaited<ReturnType<typeof startFixture>>;
beforeAll(async () => void (shell = await startFixture()));
afterAll(() => shell.close());

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('authentication', () => {
  it.each([
    ['no header', {}],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['a bearer without a space', { authorization: 'Bearer' }],
  ])('%s is anonymous', async (_name, headers) => {
    const { status, data, errors } = await shell.query('{ viewer { username } whoCalls }', { headers });
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { viewer: null, whoCalls: 'anonymous 127.0.0.1' },
      errors: undefined,
    });
  });

  it('knows a valid token', async () => {
    expect((await shell.query('{ viewer { username } forUsers }', bearer('user'))).data).toEqual({
      viewer: { username: 'user' },
      forUsers: 'yes',
    });
  });

  it.each([['Bearer wrong'], ['Basic dXNlcjpwdw=='], [`Bearer ${'x'.repeat(5000)}`]])(
    'refuses the whole request with 401 for %.20s',
    async (authorization) => {
      const { status, data, error, headers } = await shell.query('{ viewer { username } whoCalls }', {
        headers: { authorization },
      });
      expect({ status, data }).toEqual({ status: 401, data: undefined });
      expect(error.extensions).toEqual({ code: 'UNAUTHENTICATED', requestId: headers.get('x-request-id') });
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    },
  );

  it('lets an invalid token through to fields by which a client finds out or logs in again', async () => {
    const { status, data, headers } = await shell.query(
      '{ ...root } fragment root on Query { viewer { username } __typename }',
      bearer('stale'),
    );
    expect({ status, data }).toEqual({ status: 200, data: { viewer: null, __typename: 'Query' } });
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('does not take a fault of the authenticator for an invalid token', async () => {
    const { status, error, headers } = await shell.query('{ viewer { username } }', bearer('database-down'));
    expect(status).toBe(500);
    expect(error).toMatchObject({ message: 'Internal error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(error.extensions.requestId).toBe(headers.get('x-request-id'));
    const line = shell.lines.find((text) => text.includes(error.extensions.errorId));
    expect(JSON.parse(line!)).toMatchObject({ requestId: error.extensions.requestId });
    expect(line).not.toContain('hunter2');
  });
});

describe('policies', () => {
  it.each([
    ['forUsers', undefined, 'UNAUTHENTICATED'],
    ['forOperators', undefined, 'UNAUTHENTICATED'],
    ['forOperators', 'user', 'FORBIDDEN'],
    ['forOperators', 'operator', undefined],
    ['naked', 'operator', 'FORBIDDEN'],
  ])('%s for %s: %s', async (field, token, code) => {
    const { status, data, error } = await shell.query(`{ ${field} }`, token ? bearer(token) : {});
    expect({ status, value: data[field], code: error?.extensions.code }).toEqual({
      status: 200,
      value: code ? null : 'yes',
      code,
    });
  });

  it('finds root fields that state none, and knows those that do', () => {
    expect(rootFieldsWithoutPolicy(shell.app)).toEqual(['Query.naked']);
    expect(shell.app.get(PolicyIndex, { strict: false }).get('Query.forUsers')).toEqual({
      kind: 'policy',
      action: 'fixture:thing:read',
    });
  });
});

describe('errors', () => {
  it('passes a refusal of the catalogue on, with its details and the request id', async () => {
    const { status, error, headers } = await shell.query('{ refused }');
    expect(status).toBe(200);
    expect(error).toEqual({
      message: 'The fixture says no.',
      locations: [{ line: 1, column: 3 }],
      path: ['refused'],
      extensions: { code: 'FIXTURE_REFUSED', field: 'x', rule: 'y', requestId: headers.get('x-request-id') },
    });
  });

  it.each(['boom', 'nothing', 'foreign'])('masks what is not expected: %s', async (field) => {
    const { error, headers } = await shell.query(`{ ${field} }`);
    const { errorId, ...extensions } = error.extensions;
    expect(error.message).toBe('Internal error.');
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: headers.get('x-request-id') });
    const line = JSON.parse(shell.lines.find((text) => text.includes(errorId))!);
    expect(line).toMatchObject({
      level: 'error',
      requestId: extensions.requestId,
      field,
      err: { stack: expect.any(String) },
    });
  });

  it.each([
    ['{ viewer {', 400, 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
    ['{ vieweer { username } }', 400, 'GRAPHQL_VALIDATION_FAILED', 'Did you mean "viewer"'],
    [
      'query A { __typename } query B { __typename }',
      400,
      'OPERATION_RESOLUTION_FAILURE',
      'Must provide operation name',
    ],
    ['query ($at: DateTime!) { moment(at: $at) }', 400, 'BAD_USER_INPUT', 'Variable "$at"'],
    ['', 400, 'BAD_REQUEST', 'non-empty'],
  ])('keeps the text of a mistake in the request: %s', async (text, status, code, message) => {
    const answer = await shell.query(text);
    expect(answer).toMatchObject({
      status,
      error: { message: expect.stringContaining(message), extensions: { code } },
    });
    expect(answer.error.extensions).toEqual({ code, requestId: answer.headers.get('x-request-id') });
  });
});

it('blames the client for null where an argument must not be null', async () => {
  const { status, error } = await shell.query('query ($times: Int) { sure(times: $times) }', {
    variables: { times: null },
  });
  expect(status).toBe(200);
  expect(error).toMatchObject({
    message: expect.stringContaining('Argument "times"'),
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

describe('input', () => {
  const echo = async (input: object, more = '') => {
    const text = `mutation ($input: EchoInput!, $times: Int) { echo(input: $input${more}, times: $times) }`;
    return shell.query(text, { variables: { input, times: null } });
  };

  it('takes null for the default where there is one, else as absent or as "clear", as the class says', async () => {
    const input = {
      name: 'n',
      note: null,
      alias: null,
      size: null,
      inner: { level: null },
      list: [{ level: null }, {}],
      extra: null,
    };
    expect((await echo(input)).data.echo).toEqual({
      name: 'n',
      note: 'absent',
      alias: null,
      size: 7,
      inner: { level: 1 },
      list: [{ level: 1 }, { level: 1 }],
      extra: null,
      times: 3,
      isClass: true,
    });
  });

  it('fills defaults for bare field resolvers too', async () => {
    const { data } = await shell.query('query ($g: String) { self { greet(greeting: $g) } }', {
      variables: { g: null },
    });
    expect(data).toEqual({ self: { greet: 'hello' } });
  });

  it('refuses a broken rule with the field and the rule', async () => {
    const { error, data } = await echo({ name: 'too long', list: [{ level: 1 }, { level: 0 }] });
    expect(data).toEqual({ echo: null });
    expect(error).toMatchObject({
      message: 'name must be shorter than or equal to 5 characters',
      extensions: { code: 'BAD_USER_INPUT', field: 'name', rule: 'maxLength' },
    });
    expect(error.extensions.violations).toEqual([
      { field: 'name', rule: 'maxLength', message: error.message },
      { field: 'list.1.level', rule: 'min', message: 'level must not be less than 1' },
    ]);
  });
});

describe('scalars', () => {
  it.each([
    ['2026-01-09T13:46:00Z', '2026-01-09T13:46:00.000000+00:00'],
    ['2026-01-09T13:46:00.123+02:00', '2026-01-09T11:46:00.123000+00:00'],
    ['2026-01-09T13:46:00.123456', '2026-01-09T13:46:00.123000+00:00'],
    ['2026-01-09 13:46:00', '2026-01-09T13:46:00.000000+00:00'],
  ])('DateTime %s', async (at, expected) => {
    expect((await shell.query('query ($at: DateTime) { moment(at: $at) }', { variables: { at } })).data).toEqual({
      moment: expected,
    });
    expect((await shell.query(`{ moment(at: "${at}") }`)).data).toEqual({ moment: expected });
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-01-09',
    'yesterday',
    '2026-01-09T25:00:00Z',
    '2026-01-09T10:00:00+99:00',
    '9999-12-31T23:59:59-01:00',
    '0001-01-01T00:00:00+01:00',
  ])('refuses the DateTime %s', async (at) => {
    const { status, error } = await shell.query('query ($at: DateTime) { moment(at: $at) }', { variables: { at } });
    expect({ status, code: error?.extensions.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
  });

  const scalarTest = (variables: object) =>
    shell.query(
      'query ($uuid: UUID, $url: URL, $json: JSONString, $big: BigInt, $any: GenericScalar, $upload: Upload) { scalarTest(uuid: $uuid, url: $url, json: $json, big: $big, any: $any, upload: $upload) }',
      { variables },
    );

  it('take what they should', async () => {
    const values = {
      uuid: '123E4567-e89b-12d3-a456-426614174000',
      url: 'https://x.y/z',
      json: '{"a":1}',
      big: '9007199254740991',
      any: { a: [1, null] },
    };
    expect((await scalarTest(values)).data.scalarTest).toEqual({
      ...values,
      uuid: values.uuid.toLowerCase(),
      big: 9007199254740991,
    });
    expect((await shell.query('{ scalarTest(any: {a: [1, "x"]}, big: 5) }')).data.scalarTest).toEqual({
      any: { a: [1, 'x'] },
      big: 5,
    });
  });

  it.each([{ uuid: '1' }, { url: 'x' }, { json: '{' }, { big: '9007199254740993' }, { big: 1.5 }, { upload: 'x' }])(
    'refuse what they should not: %j',
    async (values) => {
      expect(await scalarTest(values)).toMatchObject({
        status: 400,
        error: { extensions: { code: 'BAD_USER_INPUT' } },
      });
    },
  );
});

describe('limits', () => {
  const nested = (depth: number) => `{ ${'self { '.repeat(depth - 1)} name ${'}'.repeat(depth)}`;

  it('lets an operation at the limit pass, and the introspection query of editors', async () => {
    expect((await shell.query(nested(operationLimits.depth))).status).toBe(200);
    const { getIntrospectionQuery } = await import('graphql');
    expect(
      (await shell.query(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).data.__schema,
    ).toBeDefined();
  });

  const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ');
  const bomb = Array.from(
    { length: 12 },
    (_, i) => `fragment f${i} on Self { self { ...f${i + 1} } other: self { ...f${i + 1} } }`,
  ).join(' ');
  it.each([
    ['depth', nested(21)],
    ['aliases', `{ ${aliases} }`],
    ['aliases', `{ ...a } fragment a on Query { ${aliases} }`],
    ['directives', `{ __typename ${'@include(if: true) '.repeat(31)} }`],
    ['fields', `{ self { ...f0 } } ${bomb} fragment f12 on Self { name }`],
  ])('refuses by name: %s', async (limit, text) => {
    const { status, errors } = await shell.query(text);
    const named = errors!.find((error) => error.extensions.limit === limit);
    expect({ status, extensions: named?.extensions }).toMatchObject({
      status: 400,
      extensions: {
        code: 'GRAPHQL_VALIDATION_FAILED',
        limit,
        max: operationLimits[limit as keyof typeof operationLimits],
      },
    });
    expect(named.message).toContain(`its ${limit}`);
  });

  it('counts tokens before it reads on', async () => {
    const { status, error } = await shell.query(`{ ${'__typename '.repeat(4000)} }`);
    expect({ status, code: error.extensions.code }).toEqual({ status: 400, code: 'GRAPHQL_PARSE_FAILED' });
    expect(error.message).toContain('3000 tokens');
  });
});
