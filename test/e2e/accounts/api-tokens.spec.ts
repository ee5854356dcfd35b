import { decodeId, encodeId } from '../../../src/core/ids/global-id.js';
import { generateRingKey } from '../../../src/core/crypto/key-ring.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { runProgram } from '../../kit/program.js';
import { startServer } from '../../kit/server.js';
import { account, refusalOf, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import { apiToken, badTokens, logIn, tokenEvents, whoIs } from './tokens.kit.js';

let server: AccountsServer;
let ring: string;
let ada: TestAccount;
let bob: TestAccount;

beforeAll(async () => {
  ring = generateRingKey();
  server = await startAccounts({ WAYBILL_KEYS: ring });
  [ada, bob] = [await account(server, 'ada'), await account(server, 'bob')];
});

afterAll(() => server.close());

/** As an operator beside the server. */
const waybill = (...args: string[]) =>
  runProgram(args, { WAYBILL_KEYS: ring, DATABASE_URL: server.database.url, WAYBILL_DATA_DIR: server.dataDir });

const revoke = `mutation ($input: RevokeAPITokenInput!) {
  revokeApiToken(input: $input) { success clientMutationId token { id identifier revokedAt user { username } } }
}`;
/** As the CLI sends it. */
const revokeByCli = 'mutation RevokeToken($token: String!) { revokeApiToken(input: {token: $token}) { success } }';
const revoked = async (of: TestAccount, input: object) => (await of.ask(revoke, { input })).data.revokeApiToken;

describe('revokeApiToken', () => {
  it('takes the token itself: it is over at once', async () => {
    const { id, raw } = await apiToken(ada);
    expect(await revoked(ada, { token: raw, tokenId: null, clientMutationId: 'c' })).toEqual({
      success: true,
      clientMutationId: 'c',
      token: { id, identifier: 'laptop', revokedAt: expect.stringMatching(/\+00:00$/), user: { username: 'ada' } },
    });
    expect(await whoIs(server, raw)).toBeNull();
    const { status, errors } = await server.askAs(raw)('{ getNamespace(name: "x") { id } }');
    expect([status, errors![0]!.extensions!.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('takes the id, and says the same when it is repeated: nothing is written a second time', async () => {
    const someone = await account(server, 'twice');
    const { id, raw } = await apiToken(someone);
    const first = await revoked(someone, { tokenId: id });
    expect(await revoked(someone, { tokenId: id })).toEqual(first);
    expect(await revoked(someone, { token: raw })).toEqual(first);
    expect((await tokenEvents(server, someone)).filter((type) => type.endsWith('revoked'))).toHaveLength(1);
  });

  it('takes the token that the request itself comes with, as `wasmer logout --revoke-token` sends it', async () => {
    const { raw } = await apiToken(ada);
    const { data, errors } = await server.askAs(raw)(revokeByCli, { token: raw });
    expect({ data, errors }).toEqual({ data: { revokeApiToken: { success: true } }, errors: undefined });
    expect(await whoIs(server, raw)).toBeNull();
  });

  it.each(['token', 'refreshToken'] as const)(
    'ends the session of a %s, which a client may hold instead',
    async (kind) => {
      const tokens = await logIn(server, ada);
      expect(await revoked({ ...ada, ask: server.askAs(tokens[kind]) }, { token: tokens[kind] })).toEqual({
        success: true,
        clientMutationId: null,
        token: null,
      });
      for (const token of [tokens.token, tokens.refreshToken]) expect(await whoIs(server, token)).toBeNull();
      expect(await revoked(ada, { token: tokens[kind] })).toMatchObject({ success: true, token: null });
      expect(await whoIs(server, ada.token)).toBe('ada');
    },
  );

  it('is for the own account only: others get the same answer as for a token that does not exist', async () => {
    const { id, raw } = await apiToken(ada);
    const session = await logIn(server, ada);
    const unknownId = encodeId('APIToken', 999_999);
    const words = { ...(await bob.refusal(revoke, { input: { tokenId: unknownId } })), requestId: '' };
    expect(words.code).toBe('TOKEN_NOT_FOUND');
    expect({ ...(await bob.refusal(revoke, { input: { tokenId: id } })), requestId: '' }).toEqual(words);
    for (const token of [raw, session.token, session.refreshToken]) {
      expect(await bob.refusal(revoke, { input: { token } })).toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    }
    for (const token of [raw, session.token]) expect(await whoIs(server, token)).toBe('ada');
  });

  it('is for an operator, too', async () => {
    await waybill('users', 'create', 'boss', '--email', 'boss@example.com', '--operator');
    const { stdout } = await waybill('users', 'token', 'boss', '--json');
    const { token: bossToken } = JSON.parse(stdout);
    await eventually(async () => expect(await whoIs(server, bossToken)).toBe('boss'));
    const { id, raw } = await apiToken(ada);
    const session = await logIn(server, ada);
    const boss = { ...ada, ask: server.askAs(bossToken) };
    expect(await revoked(boss, { tokenId: id })).toMatchObject({ success: true });
    expect(await revoked(boss, { token: session.token })).toMatchObject({ success: true });
    for (const token of [raw, session.token]) expect(await whoIs(server, token)).toBeNull();
  });

  it('needs a login', async () => {
    const { raw } = await apiToken(ada);
    expect(await refusalOf(server.ask)(revoke, { input: { token: raw } })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await whoIs(server, raw)).toBe('ada');
  });

  it.each(badTokens.filter(([, { length }]) => length < 200))('refuses %s', async (_, token) => {
    expect(await ada.refusal(revoke, { input: { token } })).toMatchObject({ code: 'TOKEN_NOT_FOUND', field: 'token' });
  });

  it.each([
    ['neither token nor id', {}, 'BAD_USER_INPUT', 'token'],
    ['both', { token: 'x', tokenId: 'y' }, 'BAD_USER_INPUT', 'token'],
    ['a very long token', { token: 'x'.repeat(201) }, 'BAD_USER_INPUT', 'token'],
    ['what is no id', { tokenId: 'nonsense' }, 'INVALID_ID', 'tokenId'],
    ['the id of another kind', { tokenId: encodeId('User', 1) }, 'INVALID_ID', 'tokenId'],
  ])('refuses %s', async (_, input, code, field) => {
    expect(await ada.refusal(revoke, { input })).toMatchObject({ code, field });
  });

  it('revokes once when many ask at once', async () => {
    const someone = await account(server, 'crowd');
    const { id } = await apiToken(someone);
    const answers = await Promise.all(Array.from({ length: 6 }, () => revoked(someone, { tokenId: id })));
    expect(new Set(answers.map((answer) => answer.token.revokedAt)).size).toBe(1);
    expect((await tokenEvents(server, someone)).filter((type) => type.endsWith('revoked'))).toHaveLength(1);
  });
});

describe('lastUsedAt', () => {
  const generate = 'mutation { generateApiToken(input: {}) { tokenRaw token { id lastUsedAt revokedAt } } }';
  const asked = async (of: TestAccount, tokenId: string) => {
    const again = 'mutation ($id: String!) { revokeApiToken(input: { tokenId: $id }) { token { lastUsedAt } } }';
    return (await of.ask(again, { id: tokenId })).data.revokeApiToken.token.lastUsedAt;
  };

  it('is null for a token that was never used, and the moment of its last use after that', async () => {
    const { token, tokenRaw } = (await ada.ask(generate)).data.generateApiToken;
    expect(token).toMatchObject({ lastUsedAt: null, revokedAt: null });
    const before = Date.now();
    await whoIs(server, tokenRaw);
    const usedAt = Date.parse(await asked(ada, token.id));
    expect(usedAt).toBeGreaterThanOrEqual(before);
    expect(usedAt).toBeLessThanOrEqual(Date.now());
  });

  it('costs a request nothing, and is written when the server ends: the next one knows it', async () => {
    const second = await startServer({ database: server.database, env: { WAYBILL_KEYS: ring } });
    const { token, tokenRaw } = (await ada.ask(generate)).data.generateApiToken;
    const written = async () => {
      const count = 'SELECT count(*)::int AS n FROM store.token_uses WHERE token_id = $1';
      const tokenId = `api-token-${decodeId('APIToken', token.id)}`;
      return (await server.database.pool.query(count, [tokenId])).rows[0].n;
    };
    await graphql(second.graphqlUrl, '{ viewer { id } }', {}, tokenRaw);
    expect(await written()).toBe(0);
    await second.stop();
    expect(await written()).toBe(1);
    expect(await asked(ada, token.id)).toMatch(/^20/);
  });
});

it('ends API tokens with their account, and not with its sessions', async () => {
  const someone = await account(server, 'mortal');
  const { raw } = await apiToken(someone);
  await waybill('users', 'end-sessions', 'mortal');
  await eventually(async () => expect(await whoIs(server, someone.token)).toBeNull());
  expect(await whoIs(server, raw)).toBe('mortal');
  await waybill('users', 'erase', 'mortal', '--yes');
  await eventually(async () => expect(await whoIs(server, raw)).toBeNull());
});

describe('User.apiTokens', () => {
  const query = `query ($first: Int, $after: String) { viewer { apiTokens(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id identifier revokedAt lastUsedAt user { username } } } } } }`;

  it('lists the own tokens, the newest first, page by page, and says which are revoked and when they were used', async () => {
    const someone = await account(server, 'collector');
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push(await apiToken(someone, name));
    await whoIs(server, made[0]!.raw);
    await revoked(someone, { tokenId: made[1]!.id });
    const { apiTokens: first } = (await someone.ask(query, { first: 2 })).data.viewer;
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const after = first.pageInfo.endCursor;
    const { apiTokens: rest } = (await someone.ask(query, { first: 2, after })).data.viewer;
    expect([...first.edges, ...rest.edges].map(({ node }) => node)).toEqual([
      { id: made[2]!.id, identifier: 'c', revokedAt: null, lastUsedAt: null, user: { username: 'collector' } },
      expect.objectContaining({ identifier: 'b', revokedAt: expect.any(String), lastUsedAt: null }),
      expect.objectContaining({ identifier: 'a', revokedAt: null, lastUsedAt: expect.any(String) }),
    ]);
    // Who calls; the account; its tokens; how many; their names and the key that opens them; their uses; their user.
    expect(await server.statements(() => someone.ask(query))).toBe(8);
  });

  it('is empty for everybody else, also for an operator', async () => {
    await apiToken(ada);
    const others = '{ getUser(username: "ada") { apiTokens { totalCount edges { node { id } } } } }';
    const { stdout } = await waybill('users', 'token', 'boss', '--json');
    const boss = server.askAs(JSON.parse(stdout).token);
    await eventually(async () => expect((await boss('{ viewer { isStaff } }')).data.viewer?.isStaff).toBe(true));
    for (const ask of [server.ask, bob.ask, boss]) {
      expect((await ask(others)).data.getUser.apiTokens).toEqual({ totalCount: 0, edges: [] });
    }
  });
});
