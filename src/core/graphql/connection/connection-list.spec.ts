import fc from 'fast-check';
import { counterEvents } from '../../../../test/kit/counters.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { createTables } from '../../projection/ddl.js';
import { projection, readTable } from '../../projection/index.js';
import { Reader } from '../../read/reader.js';
import { connectionList } from './connection-list.js';
import type { PageArgs } from './page-request.js';
import { asc, desc } from './sort-order.js';

type Row = {
  id: string;
  owner: string;
  name: string;
  rank: number;
  size: number;
  weight: number;
  at: Date;
  done: boolean;
};

const table = readTable<Row>({
  name: 'spec_things',
  version: 1,
  columns: {
    owner: { type: 'text', name: 'owner_id' },
    name: { type: 'text' },
    rank: { type: 'integer' },
    size: { type: 'bigint' },
    weight: { type: 'double precision' },
    at: { type: 'timestamptz' },
    done: { type: 'boolean' },
  },
  indices: [{ columns: ['owner', 'name'] }],
});
const orders = {
  id: [],
  name: [asc('name')],
  newest: [desc('at')],
  mixed: [asc('done'), desc('rank'), asc('name')],
  turned: [desc('weight'), asc('size')],
} as const;
type OrderName = keyof typeof orders;

const list = connectionList<Row, OrderName>(table, {
  field: 'Spec.things',
  name: 'of_owner',
  where: 'owner_id = $1',
  orders,
  defaultSize: 4,
});

type Visits = { visits: number; isOften: boolean };

const visited = connectionList<Row, OrderName, Visits>(table, {
  field: 'Spec.visited',
  name: 'visited',
  join: 'JOIN public.spec_visits ON thing = id',
  where: 'owner_id = $1 AND times >= $2',
  also: 'times AS visits, times > $2 AS "isOften"',
  orders,
  defaultSize: 4,
});

const changed = connectionList(table, {
  field: 'Spec.changed',
  name: 'changed',
  orders: { last: [desc('logPosition')], first: [asc('logPosition')] },
  defaultSize: 4,
});

let database: TestDatabase;
let reader: Reader;
let rows: Row[];

beforeAll(async () => {
  database = await createTestDatabase();
  reader = new Reader(database.pool);
  await createTables(database.pool, [projection({ table, events: counterEvents, on: {} })]);
  // Few values, so that ties are common; the last rows are another owner's.
  rows = Array.from({ length: 24 }, (_, n) => ({
    id: `r${String((n * 7) % 24).padStart(2, '0')}`,
    owner: n < 18 ? 'ada' : 'bob',
    name: 'abc'[n % 3]!,
    rank: (n % 4) - 2,
    size: [Number.MAX_SAFE_INTEGER, 5, 0][n % 3]!,
    weight: [0.1, -1e300, 0.1, Infinity][n % 4]!,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, n % 5)),
    done: n % 2 === 0,
  }));
  for (const [n, row] of rows.entries()) {
    await database.pool.query(
      `INSERT INTO read.spec_things_v1 (id, owner_id, name, rank, size, weight, at, done, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [row.id, row.owner, row.name, row.rank, row.size, row.weight, row.at.toISOString(), row.done, n * 3],
    );
  }
});

afterAll(() => database.drop());

const connect = (args: PageArgs, order: OrderName, owner = 'ada') =>
  list.connect(reader, args, { values: [owner], order });
const ids = (page: readonly { id: string }[]) => page.map(({ id }) => id);

/** The same order by plain JavaScript. */
function sorted(name: OrderName, of: Row[]): Row[] {
  const keys = orders[name];
  const last = keys.at(-1)?.direction ?? 'asc';
  const all = [...keys, { property: 'id' as const, direction: last }];
  return of.toSorted((a, b) => {
    for (const { property, direction } of all) {
      const [x, y] = [a[property], b[property]].map((value) => (value instanceof Date ? value.getTime() : value));
      const isLess = x! < y!;
      if (x !== y) return isLess === (direction === 'asc') ? -1 : 1;
    }
    return 0;
  });
}

/** What a page must be: found by slices of the whole list. */
function expected(all: Row[], args: { first?: number; last?: number; offset?: number }, from: number, to: number) {
  const between = all.slice(from + 1, to);
  const size = args.first ?? args.last ?? 4;
  const isBackward = args.last !== undefined || (args.first === undefined && to < all.length && from < 0);
  const kept = isBackward
    ? between.slice(Math.max(0, between.length - size))
    : between.slice(args.offset ?? 0).slice(0, size);
  if (kept.length === 0) return { ids: [], previous: false, next: false };
  return { ids: ids(kept), previous: kept[0] !== all[0], next: kept.at(-1) !== all.at(-1) };
}

const size = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
const anyArguments = fc
  .record({
    order: fc.constantFrom(...(Object.keys(orders) as OrderName[])),
    first: size,
    last: size,
    offset: fc.option(fc.nat(20), { nil: undefined }),
    from: fc.integer({ min: -1, max: 17 }),
    to: fc.integer({ min: 0, max: 18 }),
  })
  .map(({ first, last, offset, ...rest }) => {
    if (last === undefined)
      return { ...rest, first, last, offset: rest.to < 18 && first === undefined ? undefined : offset };
    return { ...rest, first: undefined, last, offset: undefined };
  });

it('gives, for every order and all arguments, what slicing the whole list gives', async () => {
  await fc.assert(
    fc.asyncProperty(anyArguments, async ({ order, first, last, offset, from, to }) => {
      const all = sorted(
        order,
        rows.filter(({ owner }) => owner === 'ada'),
      );
      const whole = await connect({ first: 1000 }, order).page();
      const cursorAt = (index: number) => whole.edges[index]?.cursor ?? null;
      const args = { first, last, offset, after: from < 0 ? null : cursorAt(from), before: cursorAt(to) };
      const { edges, pageInfo } = await connect(args, order).page();
      expect({
        ids: ids(edges.map(({ node }) => node)),
        previous: pageInfo.hasPreviousPage,
        next: pageInfo.hasNextPage,
      }).toEqual(expected(all, { first, last, offset }, from, to));
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
        edges[0]?.cursor ?? null,
        edges.at(-1)?.cursor ?? null,
      ]);
    }),
    { numRuns: 400 },
  );
});

it('counts its own rows, whatever the page', async () => {
  expect(await connect({ first: 2 }, 'name').totalCount()).toBe(18);
  expect(await connect({ first: 2 }, 'name', 'bob').totalCount()).toBe(6);
  expect(await connect({}, 'name', 'nobody').totalCount()).toBe(0);
});

it('goes on from a row that is gone', async () => {
  const { pageInfo } = await connect({ first: 5 }, 'newest', 'bob').page();
  const all = sorted(
    'newest',
    rows.filter(({ owner }) => owner === 'bob'),
  );
  await database.pool.query(`DELETE FROM read.spec_things_v1 WHERE id = $1`, [all[4]!.id]);
  const next = await connect({ first: 5, after: pageInfo.endCursor }, 'newest', 'bob').page();
  expect(ids(next.edges.map(({ node }) => node))).toEqual(ids(all.slice(5)));
  expect(next.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
});

it('joins another table, for the page, its surroundings and the count', async () => {
  await database.pool.query('CREATE TABLE public.spec_visits (thing text PRIMARY KEY, times integer NOT NULL)');
  await database.pool.query(
    `INSERT INTO public.spec_visits SELECT id, right(id, 2)::int % 4 FROM read.spec_things_v1 WHERE owner_id = 'ada'`,
  );
  const at = (args: PageArgs) => visited.connect(reader, args, { values: ['ada', 2], order: 'newest' });
  const times = (id: string) => Number(id.slice(1)) % 4;
  const all = sorted(
    'newest',
    rows.filter(({ owner, id }) => owner === 'ada' && times(id) >= 2),
  );
  const seen: (Row & Visits)[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { edges, pageInfo } = await at({ first: 2, after }).page();
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    seen.push(...edges.map(({ node }) => node));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  expect(seen.map(({ id, visits, isOften }) => ({ id, visits, isOften }))).toEqual(
    all.map(({ id }) => ({ id, visits: times(id), isOften: times(id) > 2 })),
  );
  expect(await at({}).totalCount()).toBe(all.length);
  const { pageInfo } = await at({ last: 2 }).page();
  expect(pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
});

it('refuses a parameter of further expressions that the count would not have', () => {
  const also = { field: 'Spec.also', name: 'also', also: '$1::int AS n', orders, defaultSize: 1 };
  expect(() => connectionList<Row, OrderName>(table, also)).toThrow('a parameter of "also" is not in its condition');
});

it('asks the database nothing for a page of none, and refuses bad arguments before it asks', async () => {
  const nobody = { find: () => Promise.reject(new Error('asked')) } as unknown as Reader;
  const empty = await list.connect(nobody, { first: 0 }, { values: ['ada'], order: 'name' }).page();
  expect(empty.edges).toEqual([]);
  expect(empty.pageInfo).toMatchObject({ startCursor: null, endCursor: null, hasNextPage: false });
  expect(() => list.connect(nobody, { first: -1 }, { values: ['ada'], order: 'name' })).toThrow('0 to 1000');
});

it('needs eight statements for an order and each usual size of a page, and names them within what Postgres keeps of a name', async () => {
  const { rows: prepared } = await database.pool.query(
    `SELECT DISTINCT name FROM pg_prepared_statements WHERE name LIKE 'spec_things_v1.of_owner.%'`,
  );
  expect(prepared.length).toBeGreaterThan(10);
  const kinds = new Set(prepared.map(({ name }) => name.replace(/\d+$/, '')));
  expect(kinds.size).toBeLessThanOrEqual(8 * Object.keys(orders).length + 1);
  const limits = new Set(prepared.map(({ name }) => /\d*$/.exec(name)![0]));
  expect(limits.size).toBeLessThanOrEqual(10);
  const long = { field: 'Spec.long', name: 'x'.repeat(40), orders: { name: [asc('name')] }, defaultSize: 1 } as const;
  expect(() => connectionList(table, long)).toThrow('more than 53 bytes');
});

it('finds the beginning of a page by the index', async () => {
  const client = await database.pool.connect();
  const planned: string[] = [];
  const spy = {
    query: async (config: { text: string; values: unknown[] }) => {
      await client.query('SET LOCAL enable_seqscan = off');
      const { rows: plan } = await client.query(`EXPLAIN ${config.text}`, config.values);
      planned.push(plan.map((line) => line['QUERY PLAN']).join('\n'));
      return { rows: [] };
    },
  };
  await client.query('BEGIN');
  const { pageInfo } = await connect({ first: 3 }, 'name').page();
  await list
    .connect(new Reader(spy as never), { first: 3, after: pageInfo.endCursor }, { values: ['ada'], order: 'name' })
    .page();
  await client.query('ROLLBACK');
  client.release();
  expect(planned[0]).toMatch(/Index Cond: \(\(owner_id = 'ada'::text\) AND \(name >= 'a'::text\)\)/);
});

it('goes by when rows last changed in the log', async () => {
  const page = (order: 'first' | 'last', args: PageArgs) => changed.connect(reader, args, { values: [], order }).page();
  const { rows: left } = await database.pool.query<{ id: string }>('SELECT id FROM read.spec_things_v1');
  // In the order in which they were written; some are gone.
  const inLog = ids(rows).filter((id) => ids(left).includes(id));
  expect(ids((await page('last', { first: 5 })).edges.map(({ node }) => node))).toEqual(inLog.toReversed().slice(0, 5));
  const read: string[] = [];
  for (let after: string | null = null; ;) {
    const { edges, pageInfo }: Awaited<ReturnType<typeof page>> = await page('first', { after });
    read.push(...ids(edges.map(({ node }) => node)));
    if (!(after = pageInfo.endCursor)) break;
  }
  expect(read).toEqual(inLog);
});
