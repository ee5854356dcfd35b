import fc from 'fast-check';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { asked, namespaceOf, publish, webc } from './kit.js';

let server: AccountsServer;
let ann: TestAccount;
let bob: TestAccount;

/** Published in this order, so the last is the newest. */
const published: [name: string, description: string, more?: Record<string, unknown>][] = [
  ['acme/python', 'A language', { license: 'PSF-2.0' }],
  ['acme/python-http', 'Serves files'],
  ['bob/python', 'A fork'],
  ['acme/json-tool', 'Reads JSON as python does'],
  ['acme/zebra', 'Grüße from the Äquator 🦓'],
  ['acme/plain', 'Nothing else', { content: webc({ atoms: {}, volumes: { '/public': { 'a.txt': 'a' } } }) }],
  ['ann/secret-python', 'Not for everybody', { private: true }],
  ['acme/hidden', 'Not for everybody', { private: true }],
  ['acme/hidden-words', 'Something undisclosed', { private: true }],
];

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
  bob = await account(server, 'bob');
  await namespaceOf(ann, 'acme');
  await namespaceOf(ann, 'python-people');
  for (const [name, description, more] of published) {
    await publish(name.startsWith('bob/') ? bob : ann, name, '1.0.0', { description, ...more });
  }
  await publish(ann, 'acme/zebra', '2.0.0', { description: 'Grüße from the Äquator 🦓' });
});
afterAll(() => server.close());

const hitsQuery = `query ($query: String!, $packages: PackagesFilter, $namespaces: NamespacesFilter, $users: UsersFilter,
    $first: Int, $after: String, $last: Int, $before: String) {
  search(query: $query, packages: $packages, namespaces: $namespaces, users: $users, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { __typename ... on PackageVersion { version package { name } } ... on Namespace { name } ... on User { username } } } } }`;

const nameOf = ({ node }: any): string =>
  node.__typename === 'PackageVersion' ? node.package.name : `${node.__typename} ${node.name ?? node.username}`;

async function page(variables: Record<string, unknown>, by: Pick<TestAccount, 'ask'> = bob) {
  const { data, errors } = await by.ask(hitsQuery, variables);
  expect(errors).toBeUndefined();
  return { ...data.search, names: data.search.edges.map(nameOf) as string[] };
}

/** What a search over packages finds, which `totalCount` must agree with. */
async function found(query: string, packages: object = {}, by: Pick<TestAccount, 'ask'> = bob): Promise<string[]> {
  const { names, totalCount } = await page({ query, packages }, by);
  expect(totalCount).toBe(names.length);
  return names;
}

describe('what matches', () => {
  it.each([
    // Of equally good ones the newest comes first.
    ['python', ['bob/python', 'acme/python', 'acme/python-http', 'acme/json-tool']],
    ['PYTHON', ['bob/python', 'acme/python', 'acme/python-http', 'acme/json-tool']],
    ['acme/python', ['acme/python', 'acme/python-http']],
    ['Acme/Py', ['acme/python-http', 'acme/python']],
    ['acme/', ['acme/zebra', 'acme/plain', 'acme/json-tool', 'acme/python-http', 'acme/python']],
    ['pyt', ['bob/python', 'acme/python-http', 'acme/python']],
    ['json_tool', ['acme/json-tool']],
    ['tool JSON', ['acme/json-tool']],
    ['http python', ['acme/python-http']],
    ['python -reads', ['bob/python', 'acme/python-http', 'acme/python']],
    ['"python does"', ['acme/json-tool']],
    ['"does python"', []],
    ['zebra or fork', ['acme/zebra', 'bob/python']],
    // A command of all but one.
    ['hello', ['acme/zebra', 'acme/json-tool', 'bob/python', 'acme/python-http', 'acme/python']],
    ['grüße', ['acme/zebra']],
    ['pythom', ['bob/python', 'acme/python', 'acme/python-http']],
    ['bob/pythn', ['bob/python', 'acme/python']],
    ['nothing-like-this', []],
  ])('%j finds %j', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('is everything for an empty text, and nothing for marks alone', async () => {
    const all = ['acme/zebra', 'acme/plain', 'acme/json-tool', 'bob/python', 'acme/python-http', 'acme/python'];
    for (const query of ['', '   ', '\n\t']) expect(await found(query)).toEqual(all);
    for (const query of ['%', '!!!', '&', '"', '-', '\\']) expect(await found(query)).toEqual([]);
  });

  it('is private only for who may see it, whichever way it is found', async () => {
    const asOperator = server.askAs(/wasmer login --registry \S+ (\S+)/.exec(server.output())![1]!);
    const hidden = { 'ann/secret-python': 'secret-python', 'acme/hidden': 'hidd', 'acme/hidden-words': 'undisclosed' };
    for (const [name, query] of Object.entries(hidden)) {
      for (const text of [query, name, `${name}x`, '', 'python']) {
        for (const by of [server, bob]) expect(await found(text, {}, by)).not.toContain(name);
      }
      for (const by of [ann, { ask: asOperator }]) expect(await found(query, {}, by)).toContain(name);
    }
    expect(await found('', { owner: 'ann' })).toEqual([]);
    expect(await found('', { owner: 'ann' }, ann)).toEqual(['ann/secret-python']);
  });

  it('is gone with its owner', async () => {
    const cyd = await account(server, 'cyd');
    await publish(cyd, 'cyd/short-lived', '1.0.0');
    expect(await found('short-lived')).toEqual(['cyd/short-lived']);
    await asked(cyd, 'mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deleted } }', {
      userId: cyd.id,
    });
    for (const query of ['short-lived', 'short-livex', 'cyd/short-lived']) expect(await found(query)).toEqual([]);
    expect((await page({ query: 'cyd', users: {} })).names).toEqual([]);
  });
});

describe('filters', () => {
  const day = 86_400_000;
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const all = ['acme/zebra', 'acme/plain', 'acme/json-tool', 'bob/python', 'acme/python-http', 'acme/python'];
  const withCommands = all.filter((name) => name !== 'acme/plain');

  it.each([
    [{ owner: 'ACME' }, all.filter((name) => name.startsWith('acme/'))],
    [{ owner: 'acm' }, []],
    [{ owner: 'a\0cme' }, []],
    [{ license: 'psf-2.0' }, ['acme/python']],
    [{ license: 'psf' }, []],
    [{ publishedBy: 'Bob' }, ['bob/python']],
    [{ publishedBy: 'nobody' }, []],
    [{ hasCommands: true }, withCommands],
    [{ hasCommands: false }, all],
    [{ isStandalone: true }, all],
    [{ createdAfter: ago(day), lastPublishedAfter: ago(day), publishDate: 'LAST_DAY' }, all],
    [{ createdBefore: ago(day) }, []],
    [{ createdBefore: ago(-day), lastPublishedBefore: ago(-day), publishDate: 'LAST_YEAR' }, all],
    [{ lastPublishedBefore: ago(day) }, []],
    [{ size: { count: 1 } }, all],
    [{ size: { count: 1, comparison: 'LESS_THAN' } }, []],
    [{ downloads: { count: 0, comparison: 'EQUAL' } }, all],
    [{ downloads: { count: 1 } }, []],
    [{ likes: { count: 0 } }, all],
    [{ likes: {} }, all],
    [{ likes: { comparison: 'GREATER_THAN' } }, []],
    [{ curated: true }, []],
    [{ curated: false, deployable: false, hasBindings: false, withInterfaces: [] }, all],
    [{ deployable: true }, []],
    [{ hasBindings: true }, []],
    [{ withInterfaces: ['wasi'] }, []],
    [{ count: 2 }, all.slice(0, 2)],
    [{ count: 0 }, []],
    [{ sortBy: 'ASC' }, all.toReversed()],
    [{ orderBy: 'TOTAL_DOWNLOADS', sortBy: 'ASC', owner: 'bob' }, ['bob/python']],
    [{ orderBy: 'TOTAL_LIKES', owner: 'bob' }, ['bob/python']],
    [{ orderBy: 'CREATED_DATE' }, ['acme/plain', 'acme/zebra', ...all.slice(2)]],
    [
      { orderBy: 'ALPHABETICALLY', sortBy: 'ASC', owner: 'acme' },
      ['acme/json-tool', 'acme/plain', 'acme/python', 'acme/python-http', 'acme/zebra'],
    ],
  ])('%j', async (filter, expected) => {
    expect(await found('', filter)).toEqual(expected);
  });

  it('sort by size, and by how often something was downloaded', async () => {
    await server.database.pool.query(`INSERT INTO store.download_counts (subject, downloads)
      SELECT id, 5 FROM read.packages_v1 WHERE name = 'zebra' UNION ALL SELECT id, 7 FROM read.packages_v1 WHERE name = 'plain'`);
    expect(await found('', { orderBy: 'TOTAL_DOWNLOADS', downloads: { count: 1 } })).toEqual([
      'acme/plain',
      'acme/zebra',
    ]);
    expect(await found('', { downloads: { count: 5, comparison: 'LESS_THAN_OR_EQUAL' }, count: 1 })).toEqual([
      'acme/zebra',
    ]);
    const { rows } = await server.database.pool.query<{ name: string }>(
      `SELECT name FROM read.packages_v1 WHERE NOT is_private AND name <> 'short-lived' ORDER BY size_bytes, id`,
    );
    const names = await found('', { orderBy: 'SIZE', sortBy: 'ASC' });
    expect(names.map((name) => name.split('/')[1])).toEqual(rows.map(({ name }) => name));
  });

  it.each([
    [{ query: 'x'.repeat(201) }, 'query', 'maxLength'],
    [{ query: '', packages: { count: 1001 } }, 'packages.count', 'max'],
    [{ query: '', packages: { count: -1 } }, 'packages.count', 'min'],
    [{ query: '', packages: { owner: 'x'.repeat(201) } }, 'packages.owner', 'maxLength'],
    [{ query: '', users: { count: 1001 } }, 'users.count', 'max'],
    [{ query: '', first: 1001 }, 'first', '0 to 1000'],
    [{ query: '', after: 'x' }, 'after', 'a cursor of this list in this order'],
  ])('%j is refused for %s', async (variables, field, rule) => {
    expect(await bob.refusal(hitsQuery, variables)).toMatchObject({ code: 'BAD_USER_INPUT', field, rule });
  });
});

describe('kinds', () => {
  it('are all searched without a filter, packages first', async () => {
    const { names, totalCount } = await page({ query: 'python' });
    expect(names).toEqual([
      'bob/python',
      'acme/python',
      'acme/python-http',
      'acme/json-tool',
      'Namespace python-people',
    ]);
    expect(totalCount).toBe(5);
    expect((await page({ query: 'bob' })).names).toEqual(['User bob']);
  });

  it('are those that have a filter, be it empty', async () => {
    expect((await page({ query: 'python', namespaces: {} })).names).toEqual(['Namespace python-people']);
    expect((await page({ query: '', users: {}, namespaces: {} })).names).toEqual([
      'Namespace python-people',
      'Namespace acme',
      'User bob',
      'User ann',
      'User operator',
    ]);
    for (const filter of ['apps', 'appTemplates', 'blogposts']) {
      const { data } = await bob.ask(
        `{ search(query: "python", ${filter}: {}) { totalCount edges { cursor } pageInfo { endCursor hasNextPage } } }`,
      );
      expect(data.search).toEqual({ totalCount: 0, edges: [], pageInfo: { endCursor: null, hasNextPage: false } });
    }
  });

  it.each([
    [{ namespaces: { collaborator: 'Ann' } }, ['Namespace python-people', 'Namespace acme']],
    [{ namespaces: { collaborator: 'bob' } }, []],
    [{ namespaces: { packageCount: { count: 5, comparison: 'EQUAL' } } }, ['Namespace acme']],
    [{ namespaces: { userCount: { count: 1, comparison: 'GREATER_THAN' } } }, []],
    [{ namespaces: { orderBy: 'PACKAGE_COUNT', count: 1 } }, ['Namespace acme']],
    [{ namespaces: { orderBy: 'COLLABORATOR_COUNT', sortBy: 'ASC' } }, ['Namespace acme', 'Namespace python-people']],
    [{ namespaces: { createdAfter: new Date(Date.now() + 60_000).toISOString() } }, []],
    // Private packages do not count.
    [{ users: { packageCount: { count: 1 } } }, ['User bob']],
    [{ users: { namespaceCount: { count: 2 } } }, ['User ann']],
    [{ users: { orderBy: 'PACKAGE_COUNT', count: 1 } }, ['User bob']],
    [{ users: { orderBy: 'APP_COUNT', sortBy: 'ASC' } }, ['User operator', 'User ann', 'User bob']],
    [{ users: { joinedBefore: new Date(0).toISOString() } }, []],
  ])('%j', async (filters, expected) => {
    const { names, totalCount } = await page({ query: '', ...filters });
    expect(names).toEqual(expected);
    expect(totalCount).toBe(expected.length);
  });
});

describe('paging', () => {
  const everything = { query: '', packages: {}, namespaces: { sortBy: 'ASC' }, users: { orderBy: 'PACKAGE_COUNT' } };

  it.each([1, 2, 3, 7, 100])('forward and backward by %i gives the whole list, each once', async (size) => {
    const whole = await page({ ...everything, first: 100 });
    expect(whole.names).toHaveLength(11);
    const forward: string[] = [];
    for (let after: string | null = null; ;) {
      const answer: any = await page({ ...everything, first: size, after });
      forward.push(...answer.names);
      expect(answer.pageInfo.hasPreviousPage).toBe(after !== null);
      after = answer.pageInfo.endCursor;
      if (!answer.pageInfo.hasNextPage) break;
    }
    expect(forward).toEqual(whole.names);
    const backward: string[] = [];
    for (let before: string | null = null; ;) {
      const answer: any = await page({ ...everything, last: size, before });
      backward.unshift(...answer.names);
      before = answer.pageInfo.startCursor;
      if (!answer.pageInfo.hasPreviousPage) break;
    }
    expect(backward).toEqual(whole.names);
  });

  it('through a ranking keeps its place, ends where count ends, and with an empty page', async () => {
    const by = { query: 'python', packages: { count: 3 }, first: 2 };
    const first = await page(by);
    expect(first).toMatchObject({
      names: ['bob/python', 'acme/python'],
      totalCount: 3,
      pageInfo: { hasNextPage: true },
    });
    const second = await page({ ...by, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({
      names: ['acme/python-http'],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    const third = await page({ ...by, after: second.pageInfo.endCursor });
    expect(third).toMatchObject({
      names: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
    });
    const between = await page({ ...by, after: first.edges[0].cursor, before: second.edges[0].cursor });
    expect(between.names).toEqual(['acme/python']);
    expect((await page({ ...by, first: 0 })).names).toEqual([]);
  });

  it('goes through names alike, too', async () => {
    const by = { query: 'pythom', packages: {}, first: 2 };
    const first = await page(by);
    expect(first).toMatchObject({
      names: ['bob/python', 'acme/python'],
      totalCount: 3,
      pageInfo: { hasNextPage: true },
    });
    const second = await page({ ...by, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ names: ['acme/python-http'], pageInfo: { hasNextPage: false } });
    expect((await page({ query: 'pythom', packages: {}, last: 2 })).names).toEqual(['acme/python', 'acme/python-http']);
  });

  it('does not take the cursor of another order', async () => {
    const { pageInfo } = await page({ query: '', packages: {} });
    const other = { query: '', packages: { sortBy: 'ASC' }, after: pageInfo.endCursor };
    expect(await bob.refusal(hitsQuery, other)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });
});

describe('clients', () => {
  const distribution =
    'distribution { piritaSha256Hash piritaDownloadUrl downloadUrl size piritaSize webcVersion webcManifest }';
  const pkg = `id packageName namespace lastVersion { id version createdAt ${distribution} } private`;

  it('wasmer sends every field of the filter as null, and works without a login', async () => {
    const query = `query SearchPackages($query: String!, $packages: PackagesFilter, $first: Int, $after: String) {
      search(query: $query, packages: $packages, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        edges { node { __typename ... on PackageVersion { id version createdAt package { ${pkg} } } } cursor } totalCount } }`;
    const fields = `count createdAfter createdBefore curated deployable downloads hasBindings hasCommands isStandalone lastPublishedAfter
      lastPublishedBefore license likes orderBy owner publishDate publishedBy size sortBy withInterfaces`;
    const packages = Object.fromEntries(fields.split(/\s+/).map((field) => [field, null]));
    const variables = { query: 'zebra', packages, first: 20, after: null };
    const { data, errors } = await server.ask(query, variables);
    expect(errors).toBeUndefined();
    expect(data.search).toMatchObject({ totalCount: 1, pageInfo: { hasNextPage: false } });
    expect(data.search.edges[0].node).toMatchObject({
      __typename: 'PackageVersion',
      version: '2.0.0',
      package: { packageName: 'zebra', namespace: 'acme', private: false, lastVersion: { version: '2.0.0' } },
    });
    // The ranking, the packages, the files of their versions; how many there are only where a page does not show all.
    expect(await server.statements(() => server.ask(query, variables))).toBe(3);
    expect(await server.statements(() => server.ask(query, { ...variables, query: '', first: 3 }))).toBe(4);
  });

  it('the sdk sends an empty filter at least, and gets nothing but versions of packages', async () => {
    const query = `query ($searchQuery: String!, $first: Int, $after: String) {
      search(query: $searchQuery, packages: {}, first: $first, after: $after) {
        edges { node { __typename ... on PackageVersion { id version createdAt package { ${pkg} } } } } pageInfo { hasNextPage endCursor } } }`;
    const { data } = await bob.ask(query, { searchQuery: 'python' });
    expect(data.search.edges.map(({ node }: any) => [node.__typename, node.package.packageName])).toEqual([
      ['PackageVersion', 'python'],
      ['PackageVersion', 'python'],
      ['PackageVersion', 'python-http'],
      ['PackageVersion', 'json-tool'],
    ]);
  });

  it('wapm asks for everything and takes what it knows', async () => {
    const query = `query SearchQuery($query: String!) { search(query: $query) { edges { node { __typename
      ... on PackageVersion { package { displayName } createdAt version description } } } } }`;
    const { data } = await server.ask(query, { query: 'json-tool' });
    expect(data.search.edges[0].node).toMatchObject({
      __typename: 'PackageVersion',
      package: { displayName: 'acme/json-tool' },
      version: '1.0.0',
      description: 'Reads JSON as python does',
    });
  });
});

it('shows what is yanked only where there is nothing else, and nothing that is archived', async () => {
  const yank = `mutation ($input: YankPackageVersionsInput!) { yankPackageVersions(input: $input) { packageVersions { version } } }`;
  const { data } = await ann.ask(`{ getPackage(name: "acme/zebra") { id versions { id } } }`);
  const [second, first] = data.getPackage.versions;
  const versionShown = async () => (await page({ query: 'zebra', packages: {} })).edges[0].node.version;
  await asked(ann, yank, { packageVersionIds: [second.id] });
  expect(await versionShown()).toBe('1.0.0');
  await asked(ann, yank, { packageVersionIds: [first.id] });
  expect(await versionShown()).toBe('2.0.0');
  await asked(
    ann,
    'mutation ($input: ArchivePackageInput!) { archivePackage(input: $input) { package { id isArchived } } }',
    {
      packageId: data.getPackage.id,
    },
  );
  expect(await found('zebra')).toEqual([]);
  expect(await found('zebra', {}, ann)).toEqual([]);
});

it('takes any text for text', async () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: fc.constantFrom(...`%_\\'"()&|!<>:*-+~@#$/ aB0\0\ud800\udfff🦓\u202eא`), maxLength: 100 }),
    fc
      .array(fc.constantFrom('python', 'or', 'and', '-', '"', '&', '|', '!', '<->', ':*', "';--", 'acme/'), {
        maxLength: 12,
      })
      .map((words) => words.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(nasty, fc.option(nasty), async (query, text) => {
      const packages = { owner: text, license: text, publishedBy: text, orderBy: null };
      const { errors } = await server.ask(hitsQuery, {
        query,
        packages,
        namespaces: { collaborator: text },
        users: {},
      });
      expect(errors).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});
