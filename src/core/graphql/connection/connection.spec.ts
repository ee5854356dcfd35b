import { buildSchema, execute, type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { compileQuery } from 'graphql-jit';
import { readTable } from '../../projection/index.js';
import { typed } from '../node/typed.js';
import { Connection, resolveConnections } from './connection.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { pageOf } from './page.js';
import { pageLimits, pageRequest } from './page-request.js';
import { defaultPageSize, undeclaredPageSizes } from './page-sizes.js';
import { asc, desc, sortOrder } from './sort-order.js';

type Row = { id: string; name: string; note: string | null; bytes: Buffer; rank: number; at: Date; done: boolean };

const table = readTable<Row>({
  name: 'spec_rows',
  version: 1,
  columns: {
    name: { type: 'text' },
    note: { type: 'text', nullable: true },
    bytes: { type: 'bytea' },
    rank: { type: 'integer' },
    at: { type: 'timestamptz' },
    done: { type: 'boolean' },
  },
});
const order = sortOrder(table, [asc('name'), asc('rank'), asc('at'), asc('done')]);
const row = { id: 'row-1', name: 'Ä"\n', rank: -5, at: new Date('2026-01-09T13:46:00.123Z'), done: false };
const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error as { code: string; details: object };
  }
  throw new Error('Nothing was refused.');
};

describe('sortOrder', () => {
  it('ends with the id, in the direction of the last key', () => {
    expect(order.signature).toBe('name,rank,at,done,id');
    expect(sortOrder(table, [asc('name'), desc('at')]).signature).toBe('name,-at,-id');
    expect(sortOrder(table, []).signature).toBe('id');
  });

  it('refuses columns that may be null, have no order or do not exist', () => {
    expect(() => sortOrder(table, [asc('note')])).toThrow('cannot be sorted by note: it may be null');
    expect(() => sortOrder(table, [asc('bytes')])).toThrow('bytea has no order');
    expect(() => sortOrder(table, [asc('size')])).toThrow('has no column size');
  });
});

describe('a cursor', () => {
  const cursor = encodeCursor(order, row);
  const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

  it('is safe in a URL and gives back the values', () => {
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor(order, cursor)).toEqual(['Ä"\n', -5, '2026-01-09T13:46:00.123Z', false, 'row-1']);
  });

  it('belongs to its order', () => {
    expect(decodeCursor(sortOrder(table, [desc('name')]), cursor)).toBeNull();
    expect(decodeCursor(sortOrder(table, [asc('name')]), cursor)).toBeNull();
  });

  const signature = order.signature;
  const values = ['a', '1', '2026-01-09T13:46:00.123Z', 'true', 'row-1'];
  it.each([
    ['nothing', ''],
    ['no base64url', 'ö'],
    ['padding', `${Buffer.from('[1]').toString('base64')}==`],
    ['no JSON', Buffer.from('[1').toString('base64url')],
    ['no list', forged({ version: 1 })],
    ['another version', forged([2, signature, ...values])],
    ['a value too few', forged([1, signature, ...values.slice(1)])],
    ['NUL in a text', forged([1, signature, 'a\0', ...values.slice(1)])],
    ['a number that is none', forged([1, signature, 'a', 'x', ...values.slice(2)])],
    ['a number that is too large', forged([1, signature, 'a', '2147483648', ...values.slice(2)])],
    ['a day that does not exist', forged([1, signature, 'a', '1', '2026-02-30T00:00:00.000Z', ...values.slice(3)])],
    [
      'a year that Postgres does not know',
      forged([1, signature, 'a', '1', '-002026-01-01T00:00:00.000Z', 'true', 'r']),
    ],
    ['neither true nor false', forged([1, signature, 'a', '1', values[2], 'yes', 'row-1'])],
    ['a very long text', forged([1, signature, 'a'.repeat(5000), ...values.slice(1)])],
  ])('is not %s', (_, text) => {
    expect(decodeCursor(order, text)).toBeNull();
    for (const field of ['after', 'before'] as const) {
      expect(refusalOf(() => pageRequest({ [field]: text }, order, 10))).toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { field, rule: 'a cursor of this list in this order' },
      });
    }
  });
});

describe('pageRequest', () => {
  const cursor = encodeCursor(order, row);
  const shape = (args: object) => {
    const { direction, size, offset, after, before } = pageRequest(args, order, 25);
    return [direction, size, offset, after !== null, before !== null];
  };

  it.each([
    ['nothing', {}, ['forward', 25, 0, false, false]],
    ['nulls', { first: null, last: null, after: null, before: null, offset: null }, ['forward', 25, 0, false, false]],
    ['first', { first: 3 }, ['forward', 3, 0, false, false]],
    ['first of none', { first: 0 }, ['forward', 0, 0, false, false]],
    ['first after', { first: 3, after: cursor, last: null }, ['forward', 3, 0, true, false]],
    ['first before', { first: 3, before: cursor }, ['forward', 3, 0, false, true]],
    ['last', { last: 3 }, ['backward', 3, 0, false, false]],
    ['last before, with an offset of none', { last: 3, before: cursor, offset: 0 }, ['backward', 3, 0, false, true]],
    ['before alone', { before: cursor }, ['backward', 25, 0, false, true]],
    ['between two', { after: cursor, before: cursor }, ['forward', 25, 0, true, true]],
    ['offset', { offset: 7 }, ['forward', 25, 7, false, false]],
    ['the most', { first: pageLimits.maxSize, offset: pageLimits.maxOffset }, ['forward', 1000, 10_000, false, false]],
  ])('reads %s', (_, args, expected) => expect(shape(args)).toEqual(expected));

  it.each([
    [{ first: -1 }, 'first', '0 to 1000'],
    [{ first: 1001 }, 'first', '0 to 1000'],
    [{ last: -1 }, 'last', '0 to 1000'],
    [{ last: 1001 }, 'last', '0 to 1000'],
    [{ offset: -1 }, 'offset', '0 to 10000'],
    [{ offset: 10_001 }, 'offset', '0 to 10000'],
    [{ first: 1, last: 1 }, 'last', 'not together with first'],
    [{ last: 1, offset: 1 }, 'offset', 'only forward: not with last or before'],
    [{ before: cursor, offset: 1 }, 'offset', 'only forward: not with last or before'],
  ])('refuses %j', (args, field, rule) => {
    expect(refusalOf(() => pageRequest(args, order, 25))).toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field, rule },
    });
  });
});

describe('a connection in an operation', () => {
  const sdl = `
    type Query { things(first: Int): ThingConnection!  owner: Owner }
    interface Owner { name: String }
    type Thing implements Owner { id: ID! name: String }
    type Other implements Owner { name: String }
    type ThingConnection { edges: [ThingEdge!]! pageInfo: PageInfo! totalCount: Int }
    type ThingEdge { cursor: String! node: Thing! }
    type PageInfo { startCursor: String endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! }`;
  let read: string[];
  const things = () => {
    const names = sortOrder(table, [asc('name')]);
    const rows = ['a', 'b'].map((name) => ({ id: name, name, precedes: false, follows: false }));
    return new Connection(
      async () => (read.push('page'), pageOf(rows, pageRequest({ first: 1 }, names, 1), names)),
      async () => (read.push('count'), 2),
    );
  };
  const root = { things, owner: typed('Thing', { name: 'me' }) };

  beforeAll(() => defaultPageSize('Query.things', 1));
  beforeEach(() => void (read = []));

  const executors: [string, (schema: GraphQLSchema, text: string) => Promise<ExecutionResult> | ExecutionResult][] = [
    ['graphql-js', async (schema, text) => execute({ schema, document: parse(text), rootValue: root })],
    [
      'graphql-jit',
      async (schema, text) => {
        const compiled = compileQuery(schema, parse(text), '');
        if (!('query' in compiled)) throw new Error('The operation does not compile.');
        return compiled.query({ things: things(), owner: root.owner }, {}, {});
      },
    ],
  ];

  it.each(executors)('reads what is selected, with %s', async (_, run) => {
    const schema = resolveConnections(buildSchema(sdl));
    const pageInfo = '{ startCursor endCursor hasNextPage hasPreviousPage }';
    const { data } = await run(schema, `{ things { edges { cursor node { name } } pageInfo ${pageInfo} } }`);
    const cursor = encodeCursor(sortOrder(table, [asc('name')]), { id: 'a', name: 'a' });
    expect(data?.things).toEqual({
      edges: [{ cursor, node: { name: 'a' } }],
      pageInfo: { startCursor: cursor, endCursor: cursor, hasNextPage: true, hasPreviousPage: false },
    });
    expect(read).toEqual(['page']);
    expect((await run(schema, '{ things { totalCount } }')).data?.things).toEqual({ totalCount: 2 });
    expect(read).toEqual(['page', 'count']);
  });

  it.each(executors)('finds the type of a tagged value, with %s', async (_, run) => {
    const schema = resolveConnections(buildSchema(sdl));
    const { data, errors } = await run(schema, '{ owner { __isOwner: __typename name ... on Thing { name } } }');
    expect(errors).toBeUndefined();
    expect(data?.owner).toEqual({ __isOwner: 'Thing', name: 'me' });
  });

  it('needs a default page size on each field', () => {
    const forgotten = buildSchema(`${sdl} extend type Query { more: ThingConnection }`);
    expect(undeclaredPageSizes(forgotten)).toEqual(['Query.more']);
    expect(() => resolveConnections(forgotten)).toThrow('default page size of Query.more');
    expect(() => defaultPageSize('Query.things', 5)).toThrow('declared twice');
    expect(() => defaultPageSize('Query.more', 1001)).toThrow('from 1 to 1000');
  });
});
