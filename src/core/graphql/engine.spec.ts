import { makeExecutableSchema } from '@graphql-tools/schema';
import { refuse } from '../errors/core.errors.js';
import type { Ctx } from './context.js';
import { type Answer, Engine, type Prepared } from './engine.js';

const typeDefs = `
  scalar GenericScalar
  type Query { hello(name: String, names: [Int!]): String whoAmI: String strict: String! }
  type Subscription { ticks(upTo: Int!): Int }`;

/** How the source of `ticks` was left. */
const sources = { returned: 0 };

async function* ticks(upTo: number) {
  for (let n = 1; n <= upTo; n++) yield n;
}

const quiet = () => ({
  [Symbol.asyncIterator]() {
    return this;
  },
  next: () => new Promise<IteratorResult<number>>(() => undefined),
  return: async () => {
    sources.returned += 1;
    return { done: true as const, value: undefined };
  },
});

function engineOf() {
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: {
      Query: { hello: (_: unknown, { name }: { name?: string }) => `hello ${name}`, strict: () => null },
      Subscription: {
        ticks: {
          subscribe: (_: unknown, { upTo }: { upTo: number }) => {
            if (upTo < 0) throw refuse('BAD_USER_INPUT', { field: 'upTo', rule: 'min' });
            return upTo === 0 ? quiet() : ticks(upTo);
          },
          resolve: (tick: number) => tick * 10,
        },
      },
    },
  });
  schema.getQueryType()!.getFields()['whoAmI']!.extensions = {
    access: { kind: 'public', why: '', invalidToken: 'anonymous' },
  };
  return new Engine(schema);
}

const logged: object[] = [];
const ctx = (more: Partial<Ctx> = {}) =>
  ({ requestId: 'r', log: { error: (fields: object) => void logged.push(fields) }, ...more }) as unknown as Ctx;

function ready(engine: Engine, query: string, operationName?: string): Prepared {
  const prepared = engine.prepare({ query, operationName });
  if ('errors' in prepared) throw new Error(String(prepared.errors[0]));
  return prepared;
}

const codes = (answer: Answer) => answer.errors?.map((error) => error.extensions?.['code']);

describe('prepare', () => {
  it('does its work once for a text, whatever its operation', () => {
    const engine = engineOf();
    const text = 'query A { hello } query B { whoAmI }';
    expect(ready(engine, text, 'A')).toBe(ready(engine, text, 'A'));
    expect(ready(engine, text, 'A').document).toBe(ready(engine, text, 'B').document);
  });

  it.each([
    ['{ hello', undefined, 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
    ['{ nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field'],
    ['query A { hello } query B { hello }', undefined, 'OPERATION_RESOLUTION_FAILURE', 'Must provide operation name'],
    ['query A { hello }', 'C', 'OPERATION_RESOLUTION_FAILURE', 'Unknown operation named "C"'],
  ])('says why it cannot run %s', (query, operationName, code, message) => {
    const prepared = engineOf().prepare({ query, operationName });
    expect('errors' in prepared && prepared.errors[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code },
    });
  });
});

describe('execute', () => {
  const text = 'query ($name: String, $names: [Int!]) { hello(name: $name, names: $names) }';

  it('answers the same at the first use, by graphql-js, and later, compiled', async () => {
    const engine = engineOf();
    const prepared = ready(engine, text);
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await engine.execute(prepared, { name: 'x' }, ctx()));
    expect(prepared.compiled).toBeTruthy();
    const answer = { data: { hello: 'hello x' } };
    expect(answers).toEqual([answer, answer, answer]);
  });

  it('refuses variables in the words of graphql-js, compiled or not, and not more than the client can read', async () => {
    const engine = engineOf();
    const prepared = ready(engine, text);
    const wrong = { names: Array.from({ length: 1_000 }, () => 'x') };
    const first = await engine.execute(prepared, wrong, ctx());
    const later = [await engine.execute(prepared, wrong, ctx()), await engine.execute(prepared, wrong, ctx())];
    expect(prepared.compiled).toBeTruthy();
    expect(later).toEqual([first, first]);
    expect(first.errors).toHaveLength(51);
    expect(new Set(codes(first))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(first.data).toBeUndefined();
    expect(first.errors![0]!.message).toBe(
      'Variable "$names" got invalid value "x" at "names[0]"; Int cannot represent non-integer value: "x"',
    );
  });

  it('refuses all but what says otherwise when the token is not valid', async () => {
    const engine = engineOf();
    const refused = ctx({ tokenRefusal: refuse('UNAUTHENTICATED') });
    const answer = await engine.execute(ready(engine, '{ hello whoAmI }'), null, refused);
    expect({ data: answer.data, codes: codes(answer) }).toEqual({ data: undefined, codes: ['UNAUTHENTICATED'] });
    const fragment = '{ ...a __typename } fragment a on Query { whoAmI }';
    expect(await engine.execute(ready(engine, fragment), null, refused)).toEqual({
      data: { whoAmI: null, __typename: 'Query' },
    });
  });

  it('masks, and logs, what nobody expected', async () => {
    const engine = engineOf();
    const answer = await engine.execute(ready(engine, '{ strict }'), null, ctx());
    expect(answer).toMatchObject({ data: null, errors: [{ message: 'Internal error.', path: ['strict'] }] });
    expect(logged.at(-1)).toMatchObject({ errorId: answer.errors![0]!.extensions!['errorId'] });
  });
});

describe('subscribe', () => {
  const text = 'subscription ($to: Int!) { ticks(upTo: $to) }';
  const subscribed = async (to: number, more: Partial<Ctx> = {}) => {
    const engine = engineOf();
    return engine.subscribe(ready(engine, text), { to }, ctx(more));
  };

  it('gives an answer for each event, of the arguments that the field has', async () => {
    const answers: Answer[] = [];
    for await (const answer of (await subscribed(3)) as AsyncIterable<Answer>) answers.push(answer);
    expect(answers).toEqual([{ data: { ticks: 10 } }, { data: { ticks: 20 } }, { data: { ticks: 30 } }]);
  });

  it('tells a quiet source to end', async () => {
    const stream = ((await subscribed(0)) as AsyncIterable<Answer>)[Symbol.asyncIterator]();
    void stream.next();
    expect(await stream.return!()).toEqual({ done: true, value: undefined });
    expect(sources.returned).toBe(1);
  });

  it('answers once when it does not start', async () => {
    expect(codes((await subscribed(-1)) as Answer)).toEqual(['BAD_USER_INPUT']);
    expect(codes((await subscribed('x' as unknown as number)) as Answer)).toEqual(['BAD_USER_INPUT']);
    expect(codes((await subscribed(1, { tokenRefusal: refuse('UNAUTHENTICATED') })) as Answer)).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});
