import { encodeId } from '../../../src/core/ids/global-id.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

/** Ids, texts and cursors that are none, at every field of this silo that takes one. */
let server: AccountsServer;
let ada: TestAccount;
beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
  await ada.ask('mutation { createNamespace(input: { name: "acme" }) { clientMutationId } }');
  await ada.ask('mutation { generateApiToken(input: { identifier: "laptop" }) { tokenRaw } }');
});
afterAll(() => server.close());

const create = 'mutation ($input: CreateNamespaceInput!) { createNamespace(input: $input) { clientMutationId } }';

/** A thing of a kind that exists, but not this one; of another kind; and what is no id at all. */
const idsOfNothing = (kind: 'User' | 'Namespace' | 'APIToken' | 'Nonce'): [string, string][] => [
  ['unknown', encodeId(kind, 987_654_321)],
  ['of another kind', encodeId('DeployApp', 1)],
  ['empty', ''],
  ['malformed', 'ns_'],
  ['with NUL', 'ns_\0'],
  ['very long', 'u_'.padEnd(100_000, 'x')],
];

describe.each<[string, 'User' | 'Namespace' | 'APIToken' | 'Nonce', string]>([
  [
    'updateNamespace',
    'Namespace',
    'mutation ($id: ID!) { updateNamespace(input: { namespaceId: $id }) { clientMutationId } }',
  ],
  ['deleteNamespace', 'Namespace', 'mutation ($id: ID!) { deleteNamespace(input: { namespaceId: $id }) { success } }'],
  [
    'updateUserInfo',
    'User',
    'mutation ($id: ID!) { updateUserInfo(input: { userId: $id, bio: "x" }) { user { id } } }',
  ],
  ['deleteUser', 'User', 'mutation ($id: ID!) { deleteUser(input: { userId: $id }) { deleted } }'],
  [
    'requestValidationEmail',
    'User',
    'mutation ($id: ID!) { requestValidationEmail(input: { userId: $id }) { success } }',
  ],
  [
    'validateUserEmail',
    'User',
    'mutation ($id: ID!) { validateUserEmail(input: { challenge: "x", userId: $id }) { user { id } } }',
  ],
  ['revokeApiToken', 'APIToken', 'mutation ($id: String!) { revokeApiToken(input: { tokenId: $id }) { success } }'],
  ['validateNonce', 'Nonce', 'mutation ($id: ID!) { validateNonce(input: { id: $id, secret: "x" }) { nonce { id } } }'],
  [
    'invalidateNonce',
    'Nonce',
    'mutation ($id: ID!) { invalidateNonce(input: { id: $id, secret: "x" }) { nonce { id } } }',
  ],
  ['getAuthNonce', 'Nonce', 'query ($id: String!) { getAuthNonce(name: $id) { id } }'],
])('%s refuses an id', (_field, kind, query) => {
  it.each(idsOfNothing(kind))('%s', async (_name, id) => {
    const { errors, data } = await ada.ask(query, { id });
    expect(Object.values(data ?? { none: null })).toEqual([null]);
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions!.code).toMatch(
      /^(INVALID_ID|BAD_USER_INPUT|FORBIDDEN|LINK_INVALID|[A-Z]+_NOT_FOUND)$/,
    );
  });
});

describe('a text that cannot be stored', () => {
  const fields: [string, string][] = [
    ['createNamespace.name', 'createNamespace(input: { name: $s })'],
    ['createNamespace.description', 'createNamespace(input: { name: "fine", description: $s })'],
    ['createNamespace.displayName', 'createNamespace(input: { name: "fine", displayName: $s })'],
    ['createNamespace.clientMutationId', 'createNamespace(input: { name: "fine", clientMutationId: $s })'],
    ['generateApiToken.identifier', 'generateApiToken(input: { identifier: $s })'],
    ['newNonce.name', 'newNonce(input: { name: $s, callbackUrl: "http://localhost:1234" })'],
    ['newNonce.callbackUrl', 'newNonce(input: { name: "x", callbackUrl: $s })'],
    ['updateUserInfo.bio', 'updateUserInfo(input: { bio: $s })'],
    ['updateUserInfo.fullName', 'updateUserInfo(input: { fullName: $s })'],
    ['updateUserInfo.websiteUrl', 'updateUserInfo(input: { websiteUrl: $s })'],
    ['updateUserInfo.avatar', 'updateUserInfo(input: { avatar: $s })'],
    ['changeUserEmail.newEmail', 'changeUserEmail(input: { newEmail: $s })'],
    ['requestPasswordReset.email', 'requestPasswordReset(input: { email: $s })'],
    ['registerUser.email', 'registerUser(input: { username: "fine", password: "correct horse", email: $s })'],
    ['validateUserEmail.challenge', 'validateUserEmail(input: { challenge: $s })'],
    ['changeUserPassword.token', 'changeUserPassword(input: { password: "correct horse", token: $s })'],
    ['tokenAuth.username', 'tokenAuth(input: { username: $s, password: "correct horse" })'],
  ];
  const texts = {
    NUL: 'a\0@example.com',
    'half a character': 'a\ud800@example.com',
    'the other half': '\udc00b@example.com',
  };
  const cases = fields.flatMap(([name, call]) => Object.entries(texts).map(([what, text]) => [name, what, call, text]));

  it.each(cases)('%s with %s is refused', async (name, _what, call, text) => {
    const { errors } = await ada.ask(`mutation ($s: String!) { ${call} { clientMutationId } }`, { s: text });
    expect(errors).toHaveLength(1);
    const { code, field = '' } = errors![0]!.extensions as { code: string; field?: string };
    expect(code).toMatch(/^(INVALID_TEXT|INVALID_NAME|BAD_USER_INPUT|BAD_PICTURE|LINK_INVALID|INVALID_CREDENTIALS)$/);
    if (!/LINK|CREDENTIALS/.test(code)) expect(field).toBe(name!.split('.')[1]);
  });

  it.each(['аcme', 'ac\u200bme', 'ａｃｍｅ', 'acme\u202e', ' acme', 'acme\n', '‮emca'])(
    'a name that only looks like another is refused: %j',
    async (name) => {
      expect(await ada.refusal(create, { input: { name } })).toMatchObject({ code: 'INVALID_NAME', field: 'name' });
    },
  );
});

it('a cursor of another list, order or version is refused', async () => {
  const tokens = 'query ($after: String) { viewer { apiTokens(after: $after) { edges { cursor } } } }';
  const cursor = (await ada.ask('{ viewer { namespaces { edges { cursor } } } }')).data.viewer.namespaces.edges[0]
    .cursor;
  const own = (await ada.ask(tokens)).data.viewer.apiTokens.edges[0].cursor as string;
  const content = JSON.parse(Buffer.from(own, 'base64url').toString()) as unknown[];
  const written = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const [version, order, moment, id] = content;
  const wrong = [
    cursor,
    `${own}=`,
    written(2, order, moment, id),
    written(version, order, moment),
    written(version, order, 'yesterday', id),
    written(version, order, '2026-02-30T00:00:00.000Z', id),
    written(version, order, '+275760-09-13T00:00:00.000Z', id),
    written(version, order, moment, 'a\0'),
    written({ toString: null }),
    'x'.repeat(5_000),
  ];
  for (const after of wrong) {
    expect(await ada.refusal(tokens, { after })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  }
  expect((await ada.ask(tokens, { after: own })).data.viewer.apiTokens.edges).toEqual([]);
});

it('nothing of all this was an unexpected error', () => {
  expect(server.output()).not.toContain('unexpected error');
});
