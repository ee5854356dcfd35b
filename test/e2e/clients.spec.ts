import { randomUUID } from 'node:crypto';
import { openSocket } from '../kit/socket-client.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './accounts/kit.js';

/** The documents, headers and bodies of the published clients, as they send them, and what each needs in return. */
let server: AccountsServer;
let ada: TestAccount;
beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
});
afterAll(() => server.close());

type Sent = { status: number; body: { data?: any; errors?: { message: string; extensions: { code: string } }[] } };

/** Three times: the first use of a document goes another way through the server than later ones. Answers must not differ. */
async function send(body: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const [first, ...rest] = [
    await sendOnce(body, headers),
    await sendOnce(body, headers),
    await sendOnce(body, headers),
  ];
  for (const other of rest) expect(other).toEqual(first);
  return first!;
}

async function sendOnce(body: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const isForm = body instanceof FormData;
  const response = await fetch(server.graphqlUrl, {
    method: 'POST',
    headers: { ...(!isForm && { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Sent['body'] };
}

const form = (fields: Record<string, string | Blob>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the wasmer command: JSON with a null for each optional variable, and one for no variables at all', () => {
  const agent = { accept: '*/*', 'user-agent': 'WasmerCLI-v7.4.2' };
  const whoami = {
    query: 'query GetCurrentUser {\n  viewer {\n    id\n    username\n  }\n}\n',
    variables: null,
    operationName: 'GetCurrentUser',
  };

  it('finds out who it is; nobody is null, without an error, also with a token of long ago', async () => {
    const nobody = { status: 200, body: { data: { viewer: null } } };
    expect(await send(whoami, agent)).toEqual(nobody);
    expect(await send(whoami, { ...agent, ...bearer('wap_0123456789abcdef') })).toEqual(nobody);
    const { body } = await send(whoami, { ...agent, ...bearer(ada.token) });
    expect(body).toEqual({ data: { viewer: { id: expect.stringMatching(/^u_\w+$/), username: 'ada' } } });
  });

  it('makes namespaces in its old and new way, and gets all of them at once', async () => {
    const selection = 'namespace { id name globalName }';
    const input = { name: 'new-way', displayName: null, description: null, avatar: null, clientMutationId: null };
    const made = [
      await sendOnce(
        {
          query: `mutation CreateNamespace($input: CreateNamespaceInput!) { createNamespace(input: $input) { ${selection} } }`,
          variables: { input },
          operationName: 'CreateNamespace',
        },
        { ...agent, ...bearer(ada.token) },
      ),
      await sendOnce(
        {
          query: `mutation CreateNamespace($name: String!, $description: String) { createNamespace(input: {name: $name, description: $description}) { ${selection} } }`,
          variables: { name: 'old-way', description: null },
          operationName: 'CreateNamespace',
        },
        { ...agent, ...bearer(ada.token) },
      ),
    ];
    expect(made.map(({ body }) => body.data.createNamespace.namespace.globalName)).toEqual(['new-way', 'old-way']);
    const list =
      'query GetCurrentUserWithNamespaces($namespaceRole: GrapheneRole) { viewer { id username namespaces(role: $namespaceRole) { edges { node { id name globalName } } } } }';
    const { body } = await send(
      { query: list, variables: { namespaceRole: null }, operationName: 'GetCurrentUserWithNamespaces' },
      { ...agent, ...bearer(ada.token) },
    );
    expect(body.errors).toBeUndefined();
    expect(body.data.viewer.namespaces.edges.map(({ node }: any) => node.name)).toEqual(['new-way', 'old-way']);
  });

  it('asks for a namespace that there is not, and for rights', async () => {
    const get = 'query GetNamespace($name: String!) { getNamespace(name: $name) { id name globalName } }';
    expect(
      (await send({ query: get, variables: { name: 'nobody' }, operationName: 'GetNamespace' }, agent)).body,
    ).toEqual({ data: { getNamespace: null } });
    const can =
      'query ViewerCan($action: OwnerAction!, $ownerName: String!) { viewerCan(action: $action, ownerName: $ownerName) }';
    const variables = { action: 'DEPLOY_APP', ownerName: 'ada' };
    expect(
      (await send({ query: can, variables, operationName: 'ViewerCan' }, { ...agent, ...bearer(ada.token) })).body,
    ).toEqual({ data: { viewerCan: true } });
  });

  it('begins a login in the browser, and revokes the token that it had', async () => {
    const nonce =
      'mutation CreateNewNonce($callbackUrl: String!, $name: String!) { newNonce(input: {callbackUrl: $callbackUrl, name: $name}) { clientMutationId nonce { authUrl callbackUrl createdAt expired id isValidated name secret } } }';
    const variables = { callbackUrl: 'http://localhost:40123', name: 'wasmer-cli' };
    const { body } = await sendOnce({ query: nonce, variables, operationName: 'CreateNewNonce' }, agent);
    const { clientMutationId, nonce: begun } = body.data.newNonce;
    expect(clientMutationId).toBeNull();
    expect(begun).toMatchObject({ ...variables, expired: false, isValidated: false });
    expect(new URL(begun.authUrl).origin).toBe(
      new URL((await sendOnce({ query: '{ info { baseUrl } }' })).body.data.info.baseUrl).origin,
    );
    const { data } = await ada.ask('mutation { generateApiToken(input: {}) { tokenRaw } }');
    const token = data.generateApiToken.tokenRaw as string;
    const revoke = {
      query: 'mutation RevokeToken($token: String!) { revokeApiToken(input: {token: $token}) { success } }',
      variables: { token },
      operationName: 'RevokeToken',
    };
    expect((await sendOnce(revoke, { ...agent, ...bearer(token) })).body).toEqual({
      data: { revokeApiToken: { success: true } },
    });
    expect((await send(whoami, { ...agent, ...bearer(token) })).body).toEqual({ data: { viewer: null } });
  });

  it('asks for an id twice in one document', async () => {
    const query =
      'query GetDeployAppAndVersionById($appId: ID!, $versionId: ID!) { app: node(id: $appId) { __typename } version: node(id: $versionId) { __typename } }';
    const variables = { appId: 'da_MRrWI0t5U582', versionId: 'dav_J2l9IztDu1KQ' };
    expect((await send({ query, variables }, agent)).body).toEqual({ data: { app: null, version: null } });
  });

  it('resolves packages with a body of nothing but the text, and needs an absolute address', async () => {
    const { body } = await send({ query: '{ info { defaultFrontend } }' }, { 'user-agent': 'wasmer-wasix-0.704.0' });
    expect(URL.canParse(body.data.info.defaultFrontend)).toBe(true);
  });
});

describe('the old wapm: multipart with plain fields, and a bearer that may be empty', () => {
  const ask = (operationName: string, query: string, variables: object, token = '') =>
    sendOnce(form({ query, operationName, variables: JSON.stringify(variables) }), bearer(token));
  const ping = 'query TestIfRegistryPresent { __typename }';
  const whoami = 'query WhoAmIQuery { viewer { username } }';
  const login =
    'mutation LoginMutation($username: String!, $password: String!) { tokenAuth(input: {username: $username, password: $password}) { refreshToken } }';

  it('finds the registry, logs in, and goes on with the refresh token', async () => {
    expect((await ask('TestIfRegistryPresent', ping, {})).body).toEqual({ data: { __typename: 'Query' } });
    expect((await ask('WhoAmIQuery', whoami, {})).body).toEqual({ data: { viewer: null } });
    const { username, password } = ada;
    const { refreshToken } = (await ask('LoginMutation', login, { username, password })).body.data.tokenAuth;
    expect((await ask('WhoAmIQuery', whoami, {}, refreshToken)).body).toEqual({ data: { viewer: { username } } });
    const again = await ask('LoginMutation', login, { username, password }, 'wbr_of_long_ago');
    expect(again.body.data.tokenAuth.refreshToken).toMatch(/^wbr_/);
  });

  it('hears in words that the password is wrong', async () => {
    const { body } = await ask('LoginMutation', login, { username: 'ada', password: 'wrong horse' });
    expect(body.errors?.map(({ message }) => message)).toEqual([expect.stringContaining('password')]);
  });
});

describe('the StackMachine SDK for JavaScript: Relay', () => {
  const agent = { accept: 'application/json' };
  const ask = (operationName: string, query: string, variables: object, token = ada.token) =>
    send({ query, variables, operationName, id: null }, { ...agent, ...bearer(token) });

  it('asks what type a thing is, by the names of its own', async () => {
    const query =
      'query srcGetOwnerQuery($slug: String!) { owner: getGlobalObject(slug: $slug) { __typename ... on User { username } ... on Namespace { displayName } ... on Node { __isNode: __typename id } ... on Owner { __isOwner: __typename globalId globalName } } }';
    const { owner } = (await ask('srcGetOwnerQuery', query, { slug: 'ADA' })).body.data;
    expect(owner).toEqual({
      __typename: 'User',
      username: 'ada',
      __isNode: 'User',
      id: ada.id,
      __isOwner: 'User',
      globalId: ada.id,
      globalName: 'ada',
    });
    expect((await ask('srcGetOwnerQuery', query, { slug: 'nobody' })).body).toEqual({ data: { owner: null } });
  });

  it('takes what there is not for null, never for an error', async () => {
    const one = 'query srcGetAppByIdQuery($id: ID!) { app: node(id: $id) { __typename id } }';
    expect((await ask('srcGetAppByIdQuery', one, { id: 'da_MRrWI0t5U582' })).body).toEqual({ data: { app: null } });
    const many = 'query srcGetAppsByIdsQuery($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
    const { body } = await ask('srcGetAppsByIdsQuery', many, { ids: ['da_MRrWI0t5U582', ada.id, 'rubbish', ada.id] });
    const user = { __typename: 'User', id: ada.id };
    expect(body).toEqual({ data: { nodes: [null, user, null, user] } });
  });

  it('pages with one direction at a time', async () => {
    const query =
      'query srcListQuery($first: Int, $after: String, $last: Int, $before: String) { viewer { namespaces(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } id } }';
    const page = async (variables: object) => (await ask('srcListQuery', query, variables)).body.data.viewer.namespaces;
    const first = await page({ first: 1 });
    const next = await page({ first: 1, after: first.pageInfo.endCursor });
    const back = await page({ last: 1, before: next.pageInfo.startCursor });
    expect([first.pageInfo.hasNextPage, next.pageInfo.hasPreviousPage, first.totalCount]).toEqual([true, true, 2]);
    expect(back.edges).toEqual(first.edges);
  });

  it('repeats a mutation whose answer was lost, with the same name, and nothing happens twice', async () => {
    const query =
      'mutation srcCreateMutation($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id name } } }';
    const input = { name: 'relayed', clientMutationId: `sm_${randomUUID()}` };
    // `send` repeats it, and wants the same answer each time.
    const { body } = await ask('srcCreateMutation', query, { input });
    expect(body.data.createNamespace.namespace.name).toBe('relayed');
    const variables = { input: { ...input, name: 'other' } };
    const other = await sendOnce({ query, variables, id: null }, { ...agent, ...bearer(ada.token) });
    expect(other.body.errors?.[0]?.extensions.code).toBe('client_mutation_id_conflict');
  });

  it('is told by the status that its key is not valid, and by which request', async () => {
    const response = await fetch(server.graphqlUrl, {
      method: 'POST',
      headers: { ...agent, 'content-type': 'application/json', ...bearer('sk_wrong') },
      body: JSON.stringify({ query: '{ getUser(username: "ada") { id } }', id: null }),
    });
    expect(response.status).toBe(401);
    const { errors } = (await response.json()) as Sent['body'];
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      requestId: response.headers.get('x-request-id'),
    });
  });

  it('sends files with the operation, as the specification of multipart requests has it', async () => {
    const query = 'mutation M($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { avatar } } }';
    const input = { avatarUpload: null, bio: null, location: null, clientMutationId: `sm_${randomUUID()}` };
    const operations = JSON.stringify({ query, variables: { input }, operationName: 'M', id: null });
    const data = form({ operations, map: '{"0":["variables.input.avatarUpload"]}' });
    data.append('0', new Blob([png]));
    const { body } = await sendOnce(data, { ...agent, ...bearer(ada.token) });
    expect(body.data.updateUserInfo.user.avatar).toMatch(/\/avatars\/[0-9a-f]{64}/);
  });

  it('opens a socket without a header and says who it is in the first message', async () => {
    const raw = await openSocket(server.graphqlUrl.replace('http', 'ws'));
    raw.send({
      type: 'connection_init',
      payload: { accept: 'application/json', authorization: `Bearer ${ada.token}` },
    });
    await raw.next({ type: 'connection_ack' });
    const id = randomUUID();
    raw.send({
      id,
      type: 'subscribe',
      payload: { query: 'query Q { viewer { username } }', id: null, operationName: 'Q', variables: {} },
    });
    expect(await raw.next({ id, type: 'next' })).toEqual({
      id,
      type: 'next',
      payload: { data: { viewer: { username: 'ada' } } },
    });
    await raw.next({ id, type: 'complete' });
    raw.socket.close(1000);
  });
});

describe('the StackMachine SDK for Python', () => {
  it('has no id in its body, and multipart fields with a type', async () => {
    const query = 'query GetApp($id: ID!) { node(id: $id) { __typename } }';
    const { body } = await send(
      { query, variables: { id: 'da_1' }, operationName: 'GetApp' },
      { accept: 'application/json' },
    );
    expect(body).toEqual({ data: { node: null } });
    const json = { type: 'application/json' };
    const operations = new Blob(
      [
        JSON.stringify({
          query: 'mutation ($input: UpdateUserInfoInput!) { updateUserInfo(input: $input) { user { username } } }',
          variables: { input: { avatarUpload: null, bio: null } },
        }),
      ],
      json,
    );
    const map = new Blob(['{"0":["variables.input.avatarUpload"]}'], json);
    const data = new FormData();
    // FormData gives a blob a file's name, which the program does not send; the server must take either.
    data.append('operations', operations);
    data.append('map', map);
    data.append('0', new Blob([png], { type: 'application/octet-stream' }), 'upload');
    expect((await sendOnce(data, bearer(ada.token))).body).toEqual({
      data: { updateUserInfo: { user: { username: 'ada' } } },
    });
  });

  it('says who it is in the header of its socket, sends no payload, and never answers a ping of the protocol', async () => {
    const raw = await openSocket(server.graphqlUrl.replace('http', 'ws'), {
      headers: { ...bearer(ada.token), accept: 'application/json' },
    });
    raw.send({ type: 'connection_init' });
    await raw.next({ type: 'connection_ack' });
    raw.send({
      id: '1',
      type: 'subscribe',
      payload: { query: '{ viewer { username } }', variables: {}, operationName: null },
    });
    expect((await raw.next({ id: '1' })).payload).toEqual({ data: { viewer: { username: 'ada' } } });
    // It never says that it has finished: it just goes.
    raw.socket.terminate();
  });
});

describe('sdk-lite: the old protocol of sockets', () => {
  it('says who it is among the headers of its first message, and starts at once', async () => {
    const raw = await openSocket(server.graphqlUrl.replace('http', 'ws'), { subprotocols: ['graphql-ws'] });
    raw.send({ type: 'connection_init', payload: { headers: { Authorization: `Bearer ${ada.token}` } } });
    raw.send({
      id: '1',
      type: 'start',
      payload: { query: 'query Q { viewer { username } }', variables: {}, operationName: 'Q', id: null },
    });
    expect(await raw.next({ id: '1', type: 'data' })).toEqual({
      id: '1',
      type: 'data',
      payload: { data: { viewer: { username: 'ada' } } },
    });
    raw.send({ id: '1', type: 'stop' });
    raw.socket.close();
  });
});

it('the script that seeds a server makes namespaces with a picture, without the name of an operation', async () => {
  const query =
    'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { namespace { id avatar } } }';
  const operations = JSON.stringify({ query, variables: { input: { name: 'seeded', avatarUpload: null } } });
  const map = JSON.stringify({ avatar: ['variables.input.avatarUpload'] });
  const { body } = await sendOnce(
    form({ operations, map, avatar: new Blob([png], { type: 'image/png' }) }),
    bearer(ada.token),
  );
  expect(body.data.createNamespace.namespace.avatar).toMatch(/\/avatars\/[0-9a-f]{64}/);
});
