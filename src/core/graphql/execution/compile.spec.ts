import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  execute,
  type ExecutionResult,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { compileOperation } from './compile.js';

const typeDefs = `
  scalar GenericScalar
  scalar Moment
  enum Colour { RED GREEN }
  interface Animal { name: String friend: Animal }
  type Cat implements Animal { name: String friend: Animal lives: Int! }
  type Dog implements Animal { name: String friend: Animal }
  union Pet = Cat | Dog
  input Filter { colour: Colour note: String size: Int = 7 }
  type Row { id: ID! name: String bad: String broken: String sure: String! colour: Colour rows: [Row!] late: [Row] }
  type Query {
    rows: [Row!] first: Row strict: Row! animals: [Animal] pets: [Pet!] lost: [Animal] notAList: [Row] refused: Row thrown: Int
    echo(filter: Filter, colour: Colour, any: GenericScalar, ids: [ID!], at: Moment, times: Int = 3): GenericScalar
  }
  type Mutation { push(by: Int!): Int failing: Int! }
  type Subscription { ticks: Int }`;

const pushed: number[] = [];
const row = (id: number) => ({
  id,
  name: `row ${id}`,
  get broken(): string {
    throw new Error('a getter that throws');
  },
  colour: 'RED',
  sure: id === 2 ? null : 'yes',
});

/** Set by a text that was run as code. */
const marks = globalThis as { injected?: unknown };

const schema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    Query: {
      rows: async () => [row(1), Promise.resolve(row(2)), row(3)],
      first: async () => row(1),
      strict: () => row(2),
      animals: async () => [
        { __typename: 'Cat', name: 'Tom', lives: 9, friend: { __typename: 'Dog', name: 'Rex' } },
        { __typename: 'Dog', name: 'Rex' },
        null,
      ],
      pets: () => [{ __typename: 'Dog', name: 'Rex' }],
      lost: async () => [{ name: 'nobody knows what it is' }],
      notAList: () => 'rows',
      refused: async () => Promise.reject(new Error('no')),
      thrown: () => {
        // What is thrown need not be an Error.
        // oxlint-disable-next-line no-throw-literal
        throw 'a text' as unknown as Error;
      },
      echo: (_: unknown, args: object) => args,
    },
    Row: {
      bad: async ({ id }: { id: number }) => {
        if (id === 3) throw new Error('bad row');
        return `fine ${id}`;
      },
      rows: (parent: object) => [parent],
      late: async () => [Promise.reject(new Error('late')), row(1)],
    },
    Mutation: {
      push: async (_: unknown, { by }: { by: number }) => {
        if (by === 1) await new Promise(setImmediate);
        return pushed.push(by);
      },
      failing: async () => Promise.reject(new Error('failed')),
    },
    Moment: {
      __serialize: (value: Date) => value.toISOString(),
      __parseValue: (value: string) => new Date(value),
    },
  },
});

const operationOf = (text: string) => {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition') as OperationDefinitionNode;
  return { document, operation, compiled: compileOperation(schema, document, operation) };
};

async function both(text: string, variables: Record<string, unknown> = {}): Promise<ExecutionResult[]> {
  const { document, operation, compiled } = operationOf(text);
  expect(compiled).not.toBeNull();
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return [await execute({ schema, document, variableValues: variables }), await compiled!.run(undefined, {}, coerced!)];
}

/** As clients get it, in an order that does not depend on which promise came first. */
function shown({ data, errors = [] }: ExecutionResult) {
  const sorted = errors.map((error) => JSON.stringify(error)).sort();
  return { data: JSON.parse(JSON.stringify(data ?? null)) as unknown, errors: sorted };
}

it.each([
  '{ __typename first { __typename id name colour } }',
  '{ rows { id name bad colour } }',
  'query ($a: Colour) { echo(colour: $a) }',
  '{ first { ...r } } fragment r on Row { id rows { id ...s } } fragment s on Row { name }',
  '{ animals { __typename name ... on Cat { lives friend { name } } friend { __typename } } pets { ... on Dog { name } } }',
  '{ echo(colour: GREEN, ids: [1, 2], times: null, filter: { size: 2 }) }',
  '{ a: first { id } b: first { id } refused { id } thrown }',
  '{ rows { id sure } }',
  '{ strict { sure } first { id } }',
  '{ first { late { id } } }',
  'mutation { a: push(by: 1) b: push(by: 2) c: push(by: 3) }',
  'mutation { push(by: 2) failing }',
])('answers as graphql-js does: %s', async (text) => {
  pushed.length = 0;
  const { document, operation, compiled } = operationOf(text);
  const expected = shown(await execute({ schema, document }));
  pushed.length = 0;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], {});
  expect(shown(await compiled!.run(undefined, {}, coerced!))).toEqual(expected);
});

it('passes variables on as they were coerced', async () => {
  const text = 'query ($f: Filter, $ids: [ID!], $any: GenericScalar) { echo(filter: $f, ids: $ids, any: $any) }';
  const [expected, compiled] = await both(text, { f: { note: null }, ids: 5, any: { a: [null] } });
  expect(compiled).toEqual(expected);
  expect(JSON.parse(JSON.stringify(compiled!.data!['echo']))).toEqual({
    filter: { note: null, size: 7 },
    ids: ['5'],
    any: { a: [null] },
    times: 3,
  });
});

it('gives real errors of graphql-js, with path, place and cause', async () => {
  const [, { errors }] = (await both('{ rows { bad } }')) as [ExecutionResult, ExecutionResult];
  const [error] = errors!;
  expect(error!.extensions).toEqual({});
  expect(error!.toJSON()).toEqual({
    message: 'bad row',
    locations: [{ line: 1, column: 10 }],
    path: ['rows', 2, 'bad'],
  });
  expect(error!.originalError).toMatchObject({ message: 'bad row' });
});

it.each(['{ first { broken name } rows { id rows { broken } } }', '{ lost { name } notAList { id } first { id } }'])(
  'makes an error of what throws while it looks at a value: %s',
  async (text) => {
    const [, { data, errors }] = (await both(text)) as [ExecutionResult, ExecutionResult];
    expect(errors!.length).toBeGreaterThan(0);
    for (const error of errors!) expect(data).toHaveProperty([error.path![0] as string], null);
  },
);

describe('does not compile', () => {
  const mark = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
  const code = `${mark}globalThis.injected=1`;
  it.each([
    `{ echo(any: "${code}") }`,
    `{ echo(any: """${code}""") }`,
    `{ echo(any: "\\u005f${code.slice(1)}") }`,
    `{ echo(any: { a: ["${code}"] }) }`,
    `{ echo(any: ${mark}injected) }`,
    `{ echo(any: { ${mark}injected: 1 }) }`,
    `query ($a: GenericScalar = "${code}") { echo(any: $a) }`,
    `{ first { id @include(if: true) } }`,
    `query ($a: String) { echo(filter: { note: $a }) }`,
    `query ($a: ID!) { echo(ids: [$a]) }`,
    `{ __proto__: first { id } }`,
    `{ __schema { types { name } } }`,
  ])('what graphql-jit would run as code, or otherwise than graphql-js: %s', async (text) => {
    const { compiled, document } = operationOf(text);
    expect(compiled).toBeNull();
    await execute({ schema, document });
    expect(marks.injected).toBeUndefined();
  });

  it('what would become large by its interfaces', () => {
    const nested = (depth: number): string => (depth === 0 ? 'name' : `name friend { ${nested(depth - 1)} }`);
    expect(operationOf(`{ animals { ${nested(5)} } }`).compiled?.fields).toBeLessThan(500);
    expect(operationOf(`{ animals { ${nested(9)} } }`).compiled).toBeNull();
  });

  it('an interface whose types a resolver tells, for graphql-jit cannot wait for it', () => {
    const resolveType = async () => 'Cat';
    const other = makeExecutableSchema({ typeDefs, resolvers: { Animal: { __resolveType: resolveType } } });
    const document = parse('{ animals { name } }');
    expect(compileOperation(other, document, document.definitions[0] as OperationDefinitionNode)).toBeNull();
  });
});

it('is this careful for a reason: graphql-jit alone runs what it is given', async () => {
  const { compileQuery } = await import('graphql-jit');
  compileQuery(
    schema,
    parse(`{ echo(any: "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.injected=1") }`),
  );
  delete marks.injected;
});
