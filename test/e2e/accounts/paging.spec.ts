import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

/**
 * The clients page in five ways, two of which never end on a careless server. Each is a little client here, which pages exactly so while
 * others add namespaces in front of, amid and behind what it has read.
 */
let server: AccountsServer;
let ada: TestAccount;
/** Names that stand before a client begins to read. */
const standing = Array.from({ length: 23 }, (_, n) => `m${String(n).padStart(2, '0')}`);

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  for (const name of standing) await create(name);
});

afterAll(() => server.close());

const create = (name: string) =>
  ada.ask(`mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id } } }`, { name });
const remove = async (name: string) => {
  const { data } = await ada.ask(`query ($name: String!) { getNamespace(name: $name) { id } }`, { name });
  const { id } = data.getNamespace;
  await ada.ask(`mutation ($id: ID!) { deleteNamespace(input: { namespaceId: $id }) { success } }`, { id });
};

type Page = {
  edges: { cursor: string; node: { name: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};

let pages: number;
let added: number;

/** Asks for a page as the clients do: every argument is there, null where it is not given. A client that never ends fails here. */
async function page(args: {
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
}): Promise<Page> {
  if (++pages > 60) throw new Error('This client pages for ever.');
  const query = `query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int) {
    viewer { namespaces(first: $first, after: $after, last: $last, before: $before, offset: $offset, role: OWNER) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } } } }`;
  const none = { first: null, after: null, last: null, before: null, offset: null };
  const { data, errors } = await ada.ask(query, { ...none, ...args });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.viewer.namespaces;
}

type Client = (change: () => Promise<unknown>) => Promise<string[]>;
const names = ({ edges }: Page) => edges.map(({ node }) => node.name);

/** Pages forward until an answer says that it is the last one. */
const forward =
  (isLast: (answer: Page) => boolean, next: (answer: Page) => string | null): Client =>
  async (change) => {
    const read: string[] = [];
    let after: string | null = null;
    for (;;) {
      const answer = await page({ first: 4, after });
      read.push(...names(answer));
      if (isLast(answer)) return read;
      after = next(answer);
      await change();
    }
  };

const isEmpty = ({ edges }: Page) => edges.length === 0;
const endCursor = ({ pageInfo }: Page) => pageInfo.endCursor;

const clients: Record<string, Client> = {
  'P0: one page, whatever it holds': async (change) => {
    await change();
    return names(await page({}));
  },
  'P1: endCursor while hasNextPage': forward(({ pageInfo }) => !pageInfo.hasNextPage, endCursor),
  'P2: endCursor until a page is empty': forward(isEmpty, endCursor),
  'P3: the cursor of the last edge until a page is empty': forward(isEmpty, ({ edges }) => edges.at(-1)!.cursor),
  'P4: endCursor until it is null': forward((answer) => endCursor(answer) === null, endCursor),
  'backward: startCursor while hasPreviousPage': async (change) => {
    const read: string[] = [];
    let before: string | null = null;
    for (;;) {
      const answer = await page({ last: 4, before });
      read.unshift(...names(answer));
      if (!answer.pageInfo.hasPreviousPage) return read;
      before = answer.pageInfo.startCursor;
      await change();
    }
  },
};

beforeEach(() => {
  pages = 0;
  added = 0;
});

/** Adds one in front of all, one amid and one behind all; a list that grew for ever would rightly be read for ever. */
async function addThree(run: number): Promise<void> {
  if (++added > 4) return;
  const label = `${run}${added}`;
  await Promise.all([create(`a${label}`), create(`m${10 + added}x${run}`), create(`z${label}`)]);
}

describe.each(Object.entries(clients))('%s', (_, client) => {
  const run = Object.values(clients).indexOf(client);

  it('reads each that stands once and in order, while others are added', async () => {
    const read = await client(() => addThree(run));
    expect(read.filter((name) => standing.includes(name))).toEqual(standing);
    expect(new Set(read).size).toBe(read.length);
    expect(read).toEqual(read.toSorted());
  });

  it('goes on when what it stands on is deleted', async () => {
    const extra = ['m00', 'm05', 'm10', 'm22'].map((near) => `${near}y${run}`);
    for (const name of extra) await create(name);
    const read = await client(async () => {
      const name = extra.pop();
      if (name) await remove(name);
    });
    for (const name of extra) await remove(name);
    expect(read.filter((name) => standing.includes(name))).toEqual(standing);
  });
});

it('gives exact flags at both ends, in both directions', async () => {
  const flags = ({ pageInfo }: Page) => [pageInfo.hasPreviousPage, pageInfo.hasNextPage];
  const all = await page({});
  const count = all.edges.length;
  const at = (index: number) => all.edges.at(index)!.cursor;
  expect(flags(all)).toEqual([false, false]);
  expect(flags(await page({ first: count }))).toEqual([false, false]);
  expect(flags(await page({ first: count - 1 }))).toEqual([false, true]);
  expect(flags(await page({ last: count - 1 }))).toEqual([true, false]);
  expect(flags(await page({ first: 1, after: at(0) }))).toEqual([true, true]);
  expect(flags(await page({ last: 1, before: at(-1) }))).toEqual([true, true]);
  expect(flags(await page({ first: 1, after: at(-2) }))).toEqual([true, false]);
  expect(flags(await page({ last: 1, before: at(1) }))).toEqual([false, true]);
  const beyond = await page({ first: 5, after: at(-1) });
  expect(beyond).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

it('gives everything at once to who sends no page arguments', async () => {
  const { data } = await ada.ask('{ viewer { namespaces { totalCount edges { node { name } } } } }');
  const { totalCount, edges } = data.viewer.namespaces;
  expect(edges.length).toBe(totalCount);
  expect(totalCount).toBeGreaterThan(60);
});

it.each([
  ['first: -1', 'first', '0 to 1000'],
  ['first: 1001', 'first', '0 to 1000'],
  ['last: -1', 'last', '0 to 1000'],
  ['first: 1, last: 1', 'last', 'not together with first'],
  ['offset: -1', 'offset', '0 to 10000'],
  ['after: "rubbish"', 'after', 'a cursor of this list in this order'],
  ['before: ""', 'before', 'a cursor of this list in this order'],
])('refuses (%s) with the argument and the rule', async (args, field, rule) => {
  expect(await ada.refusal(`{ viewer { namespaces(${args}) { totalCount } } }`)).toMatchObject({
    code: 'BAD_USER_INPUT',
    field,
    rule,
  });
});

it('reads with one statement, and counts with one more only when it is asked', async () => {
  const ask = (selection: string) =>
    server.statements(() => ada.ask(`{ viewer { namespaces(first: 3) { ${selection} } } }`));
  // Two say who calls and what the account is.
  expect(await ask('edges { node { name } } pageInfo { endCursor hasNextPage }')).toBe(3);
  expect(await ask('edges { node { name } } totalCount')).toBe(4);
  expect(await ask('totalCount')).toBe(3);
});
