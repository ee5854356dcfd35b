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
    ['Acme/Py', ['acme/python', 'acme/python-http']],
    ['acme/', ['acme/zebra', 'acme/plain', 'acme/json-tool', 'acme/python-http', 'acme/python']],
    ['pyt', ['bob/python', 'acme/python-http', 'acme/python']],
    ['json_tool', ['acme/json-tool']],
    ['tool JSON', ['acme/json-tool']],
    ['http python', ['acme/python-http']],
    ['python -reads', ['bob/python', 'acme/python', 'acme/python-http']],
    ['"python does"', ['acme/json-tool']],
    ['"does python"', []],
    ['zebra or fork', ['acme/zebra', 'bob/python']],
    ['hello', ['acme/zebra', 'bob/python', 'acme/json-tool', 'acme/python-http', 'acme/python']],
    ['grüße', ['acme/zebra']],
    ['pyhton', ['bob/python', 'acme/python', 'acme/python-http']],
    ['bob/pythn', ['bob/python', 'acme/python', 'acme/python-http']],
    ['nothing-like-this', []],
  ])('%j finds %j', async (query, expected) => {
    const names = await found(query);
    if (query === 'hello') expect(new Set(names)).toEqual(new Set(expected));
    else expect(names).toEqual(expected);
  });

  it('is everything for an empty text, and nothing for marks alone', async () => {
    const all = ['acme/zebra', 'acme/plain', 'acme/json-tool', 'bob/python', 'acme/python-http', 'acme/python'];
    for (const query of ['', '   ', '\n\t']) expect(await found(query)).toEqual(all);
    for (const query of ['%', '!!!', '&', '"', '-', '\\']) expect(await found(query)).toEqual([]);
  });

  it('is private only for who may see it, and never archived', async () => {
    expect(await found('secret-python')).not.toContain('ann/secret-python');
    expect((await server.ask(hitsQuery, { query: 'secret-python', packages: {} })).data.search.edges).not.toContainEqual(
      expect.objectContaining({ node: expect.objectContaining({ package: { name: 'ann/secret-python' } }) }),
    );
    expect(await found('secret-python', {}, ann)).toEqual(['ann/secret-python']);
    expect(await found('ann/secret-python', { owner: 'ann' })).toEqual([]);
  });
});
