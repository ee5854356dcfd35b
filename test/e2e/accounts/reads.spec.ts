import { graphql } from '../../kit/graphql-client.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

let server: AccountsServer;
let ada: TestAccount;
let bob: TestAccount;
let operatorToken: string;

beforeAll(async () => {
  server = await startAccounts();
  operatorToken = /wasmer login --registry \S+ (\S+)/.exec(server.output())![1]!;
  [ada, bob] = [await account(server, 'Ada'), await account(server, 'bob')];
  await ada.ask(`mutation { createNamespace(input: { name: "Acme" }) { namespace { id } } }`);
});

afterAll(() => server.close());

const asOperator = (query: string, variables?: Record<string, unknown>) =>
  graphql(server.graphqlUrl, query, variables, operatorToken);

describe('getUser', () => {
  const get = `query ($username: String!) { getUser(username: $username) {
    id username globalName email fullName firstName lastName registerIntent dateJoined isViewer isStaff } }`;

  it('shows strangers the public profile, whatever the case of the name, and nothing more', async () => {
    const { data } = await bob.ask(get, { username: 'aDA' });
    expect(data.getUser).toEqual({
      id: ada.id,
      username: 'Ada',
      globalName: 'Ada',
      email: '',
      fullName: '',
      firstName: '',
      lastName: '',
      registerIntent: null,
      dateJoined: expect.any(String),
      isViewer: false,
      isStaff: false,
    });
  });

  it('shows the account itself the rest', async () => {
    expect((await ada.ask(get, { username: 'ada' })).data.getUser).toMatchObject({
      email: 'Ada@example.com',
      firstName: 'Ada',
      isViewer: true,
    });
  });

  it.each(['nobody', 'Ada@example.com', 'acme', '', 'a\0b'])(
    'is null for %j, also for an e-mail address',
    async (username) => {
      const { data, errors } = await server.ask(get, { username });
      expect({ data, errors }).toEqual({ data: { getUser: null }, errors: undefined });
    },
  );
});

describe('getGlobalObject', () => {
  const get = `query ($slug: String!) { getGlobalObject(slug: $slug) { __typename
    ... on Owner { __isOwner: __typename globalName } ... on User { username email } ... on Namespace { name } } }`;

  it('finds users and namespaces by one name space, in any case', async () => {
    expect((await server.ask(get, { slug: 'ADA' })).data.getGlobalObject).toEqual({
      __typename: 'User',
      __isOwner: 'User',
      globalName: 'Ada',
      username: 'Ada',
      email: '',
    });
    expect((await server.ask(get, { slug: 'aCME' })).data.getGlobalObject).toMatchObject({
      __typename: 'Namespace',
      name: 'Acme',
    });
    for (const slug of ['nobody', 'a\0b']) {
      const { data, errors } = await server.ask(get, { slug });
      expect({ data, errors }).toEqual({ data: { getGlobalObject: null }, errors: undefined });
    }
  });
});

describe('viewerCan', () => {
  const can = `query ($ownerName: String!) {
    deploy: viewerCan(action: DEPLOY_APP, ownerName: $ownerName) publish: viewerCan(action: PUBLISH_PACKAGE, ownerName: $ownerName)
    getGlobalObject(slug: $ownerName) { ... on Owner { deploy: viewerCan(action: DEPLOY_APP) publish: viewerCan(action: PUBLISH_PACKAGE) } }
  }`;
  const yes = { deploy: true, publish: true };
  const no = { deploy: false, publish: false };
  const asks: Record<string, () => TestAccount['ask']> = {
    its_owner: () => ada.ask,
    a_stranger: () => bob.ask,
    nobody: () => server.ask,
    an_operator: () => asOperator,
  };

  it.each([
    ['its_owner', 'ada', yes],
    ['its_owner', 'ACME', yes],
    ['a_stranger', 'ada', no],
    ['a_stranger', 'acme', no],
    ['nobody', 'acme', no],
    ['nobody', 'ada', no],
    ['an_operator', 'acme', yes],
  ])('%s under the name %s: %j, and the owner says the same', async (who, ownerName, expected) => {
    const { data } = await asks[who]!()(can, { ownerName });
    expect(data).toEqual({ ...expected, getGlobalObject: expected });
  });

  it.each(['no-such-name', 'a\0b'])(
    'is false for a name that nobody has, even to an operator: %j',
    async (ownerName) => {
      const { data, errors } = await asOperator(can, { ownerName });
      expect({ data, errors }).toEqual({ data: { ...no, getGlobalObject: null }, errors: undefined });
    },
  );
});

describe('roles in a namespace', () => {
  const roles = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'];

  it("are all the owner's, and nobody else's", async () => {
    const query = `{ getNamespace(name: "acme") { ${roles.map((role) => `${role}: viewerHasRole(role: ${role})`).join(' ')} } }`;
    const all = (value: boolean) => Object.fromEntries(roles.map((role) => [role, value]));
    expect((await ada.ask(query)).data.getNamespace).toEqual(all(true));
    for (const ask of [bob.ask, server.ask, asOperator]) {
      expect((await ask(query)).data.getNamespace).toEqual(all(false));
    }
  });

  it('each give the namespaces that a user owns', async () => {
    const query = `query ($role: GrapheneRole) { getUser(username: "ada") { namespaces(role: $role) { totalCount edges { node { name } } } } }`;
    for (const role of [null, ...roles]) {
      const { data } = await server.ask(query, { role });
      expect(data.getUser.namespaces).toEqual({ totalCount: 1, edges: [{ node: { name: 'Acme' } }] });
    }
  });
});

it('info names absolute addresses', async () => {
  const { data } = await server.ask('{ info { baseUrl defaultFrontend graphqlUrl } }');
  const { port } = new URL(server.url);
  const origin = `http://localhost:${port}`;
  expect(data.info).toEqual({ baseUrl: origin, defaultFrontend: origin, graphqlUrl: `${origin}/graphql` });
});
