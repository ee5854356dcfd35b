import { account, refusalOf, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

let server: AccountsServer;
let ada: TestAccount;
let bob: TestAccount;
let acme: string;
let gone: string;
let token: string;

beforeAll(async () => {
  server = await startAccounts();
  [ada, bob] = [await account(server, 'ada'), await account(server, 'bob')];
  const create = `mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { id } } }`;
  const created = async (name: string) => (await ada.ask(create, { name })).data.createNamespace.namespace.id as string;
  [acme, gone] = [await created('acme'), await created('gone')];
  await ada.ask(`mutation ($id: ID!) { deleteNamespace(input: { namespaceId: $id }) { success } }`, { id: gone });
  const generated = await ada.ask(`mutation { generateApiToken(input: { identifier: "laptop" }) { token { id } } }`);
  token = generated.data.generateApiToken.token.id;
});

afterAll(() => server.close());

// As Relay writes it: an id and the type on everything abstract.
const fragments = `__typename __isNode: __typename id ... on User { username email } ... on Namespace { name }
  ... on APIToken { identifier user { username } }`;
const node = `query ($id: ID!) { node(id: $id) { ${fragments} } }`;
const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${fragments} } }`;

describe('node', () => {
  it('finds each kind of thing by its id', async () => {
    expect((await server.ask(node, { id: ada.id })).data.node).toEqual({
      __typename: 'User',
      __isNode: 'User',
      id: ada.id,
      username: 'ada',
      email: '',
    });
    expect((await server.ask(node, { id: acme })).data.node).toMatchObject({ __typename: 'Namespace', name: 'acme' });
    expect((await ada.ask(node, { id: ada.id })).data.node.email).toBe('ada@example.com');
  });

  it('shows a token to its owner alone', async () => {
    expect((await ada.ask(node, { id: token })).data.node).toMatchObject({
      __typename: 'APIToken',
      identifier: 'laptop',
      user: { username: 'ada' },
    });
    for (const ask of [bob.ask, server.ask]) expect((await ask(node, { id: token })).data).toEqual({ node: null });
  });

  it.each([
    ['deleted', () => gone],
    ['unknown', () => 'ns_BRa7Iet0imKV'],
    ['of a kind that nothing has yet', () => 'da_MRrWI0t5U582'],
    ['malformed', () => 'no id'],
    ['empty', () => ''],
    ['very long', () => 'u_'.padEnd(100_000, 'x')],
    ['another prefix on a good hash', () => ada.id.replace('u_', 'ns_')],
    ['no text that can be stored', () => 'u_\0'],
  ])('is null, without an error, for an id that is %s', async (_, id) => {
    const { data, errors } = await ada.ask(node, { id: id() });
    expect({ data, errors }).toEqual({ data: { node: null }, errors: undefined });
  });
});

describe('nodes', () => {
  it('keeps length and order, with null where there is nothing', async () => {
    const { data } = await server.ask(nodes, { ids: [acme, 'x', ada.id, gone, token, acme, bob.id] });
    expect(data.nodes.map((each: { id: string } | null) => each?.id ?? null)).toEqual([
      acme,
      null,
      ada.id,
      null,
      null,
      acme,
      bob.id,
    ]);
    expect((await server.ask(nodes, { ids: [] })).data.nodes).toEqual([]);
  });

  it('reads each kind with one statement, also when several fields ask', async () => {
    const ids = [ada.id, bob.id, acme];
    expect(await server.statements(() => server.ask(nodes, { ids }))).toBe(2);
    const twice = `query ($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } }`;
    expect(await server.statements(() => server.ask(twice, { a: ada.id, b: bob.id }))).toBe(1);
    expect(await server.statements(() => server.ask(nodes, { ids: ['x', 'da_MRrWI0t5U582'] }))).toBe(0);
  });

  it('takes 100 ids and no more', async () => {
    const ids = Array.from({ length: 100 }, () => ada.id);
    expect((await server.ask(nodes, { ids })).data.nodes.length).toBe(100);
    expect(await refusalOf(server.ask)(nodes, { ids: [...ids, acme] })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'ids',
      rule: 'at most 100',
    });
  });
});
