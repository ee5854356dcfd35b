import { buildSchema, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { defaultPageSize } from './connection/page-sizes.js';
import { costError, costLimits, operationCost } from './cost.js';
import { variableLimits } from './variables.js';

const schema = buildSchema(`
  type Query { me: Me  nodes(ids: [ID!]!): [Node]!  words: [String!]!  search(kinds: [String!]): MeConnection }
  interface Node { id: ID! }
  type Me implements Node { id: ID! name: String friends(first: Int, last: Int): MeConnection! }
  type MeConnection { edges: [MeEdge!]! pageInfo: PageInfo! totalCount: Int }
  type MeEdge { cursor: String! node: Me! }
  type PageInfo { endCursor: String }`);
defaultPageSize('Me.friends', 50);
defaultPageSize('Query.search', 10);

const prepared = (text: string) => {
  const document = parse(text);
  return { document, operation: getOperationAST(document)! };
};
const cost = (text: string, variables: Record<string, unknown> = {}) =>
  operationCost(schema, prepared(text), variables);
const page = (args: string, inner: string, head = '') => `${head} { me { friends${args} { ${inner} } } }`;
const { statement } = costLimits;
const edge = 'edges { cursor }';
// me, and the connection that runs a statement.
const outside = 1 + statement;

it.each([
  ['one for each field', '{ me { id name } words }', 4],
  ['the default size of a list', page('', edge), outside + 50 * 2],
  ['first', page('(first: 7)', edge), outside + 7 * 2],
  ['last', page('(last: 3)', edge), outside + 3 * 2],
  ['null as not given', page('(first: null, last: 4)', edge), outside + 4 * 2],
  ['no more than a page can have', page('(first: 100000)', edge), outside + 1000 * 2],
  ['nothing for a negative page', page('(first: -5)', edge), outside],
  ['what stands beside the edges once', page('(first: 9)', 'pageInfo { endCursor }'), outside + 2],
  ['a count as a statement', page('(first: 9)', 'totalCount'), outside + statement],
  [
    'lists in lists',
    page('(first: 10)', 'edges { node { friends(first: 5) { edges { cursor } } } }'),
    outside + 10 * (1 + 1 + statement + 5 * 2),
  ],
  [
    'fragments',
    `query { ...a } fragment a on Query { me { ...b } } fragment b on Me { friends(first: 6) { ...c } } fragment c on MeConnection { ${edge} }`,
    outside + 6 * 2,
  ],
  [
    'inline fragments',
    '{ me { ... on Node { id ... on Me { friends(first: 6) { ... { edges { cursor } } } } } } }',
    outside + 1 + 6 * 2,
  ],
  ['what is asked for by a list', '{ nodes(ids: ["1", "2", "3"]) { id __typename } }', 3 * 3],
  ['nothing for an empty list', '{ nodes(ids: []) { id } }', 0],
  ['aliases each', '{ a: words b: words }', 2],
])('counts %s', (_, text, expected) => expect(cost(text)).toBe(expected));

it.each([
  [{ n: 7 }, 7],
  [{}, 12],
  // A null that is given replaces the variable's default, and so leaves the list at its own.
  [{ n: null }, 50],
  [{ n: 'x' }, 50],
])('takes sizes from the variables %j', (variables, size) => {
  const text = page('(first: $n)', edge, 'query ($n: Int = 12)');
  expect(cost(text, variables)).toBe(outside + size * 2);
});

it('does not take what every object inherits for a variable', () => {
  const text = page('(first: $toString)', edge, 'query ($toString: Int = 1000)');
  expect(cost(text, {})).toBe(outside + 1000 * 2);
  const ids = 'query ($constructor: [ID!]! = ["1", "2", "3"]) { nodes(ids: $constructor) { id } }';
  expect(cost(ids, {})).toBe(6);
});

it('multiplies variables inside variables, and lists inside of fixed ones', () => {
  const text = page(
    '(first: $n)',
    'edges { node { friends(first: 3) { edges { node { friends(last: $m) { edges { cursor } } } } } } }',
    'query ($n: Int, $m: Int)',
  );
  const innermost = statement + 4 * 2;
  expect(cost(text, { n: 2, m: 4 })).toBe(outside + 2 * (2 + statement + 3 * (2 + innermost)));
  expect(cost('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['1', '2'] })).toBe(4);
});

it('takes a document apart once', () => {
  const once = prepared(page('(first: $n)', edge, 'query ($n: Int)'));
  operationCost(schema, once, { n: 1 });
  const unreadable = { ...once, document: null as never };
  expect(operationCost(schema, unreadable, { n: 5 })).toBe(outside + 5 * 2);
});

it('refuses by name what costs too much, at the size that is asked for', () => {
  const deep = prepared(
    page('(first: $n)', 'edges { node { friends(first: $n) { edges { node { id } } } } }', 'query ($n: Int)'),
  );
  expect(costError(schema, deep, { n: 100 })).toBeUndefined();
  expect(costError(schema, deep, { n: 1000 })).toMatchObject({
    message: expect.stringMatching(/its cost of \d+ exceeds the limit of 100000/),
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'cost', max: 100_000 },
  });
  expect(costError(schema, deep, null)).toBeUndefined();
});

it.each([
  ['a list', { ids: Array(10_000).fill('x') }, 'values'],
  [
    'members of an object',
    { input: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n])) },
    'values',
  ],
  ['many lists in a list', { ids: Array.from({ length: 101 }, () => Array(100).fill(1)) }, 'values'],
  ['lists in lists', { ids: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown }, 'depth'],
])('refuses variables that are too large: %s', (_, variables, limit) => {
  const refused = costError(schema, prepared('{ me { id } }'), variables);
  expect(refused?.extensions).toEqual({
    code: 'GRAPHQL_VALIDATION_FAILED',
    limit: `variables.${limit}`,
    max: variableLimits[limit as keyof typeof variableLimits],
  });
});

it('lets variables at the limits pass', () => {
  const nested = JSON.parse(`${'['.repeat(49)}${']'.repeat(49)}`) as unknown;
  expect(costError(schema, prepared('{ me { id } }'), { a: nested, b: Array(9_950).fill('x') })).toBeUndefined();
});

it('counts the introspection query by its fields alone', () => {
  expect(cost(getIntrospectionQuery())).toBeLessThan(500);
});
