import { sessions } from '../../../projections/accounts/sessions/sessions.projection.js';
import { tableName } from '../../../src/core/projection/ddl.js';
import { account, refusalOf, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import {
  apiToken,
  badTokens,
  logIn,
  refreshMutation,
  revokeMutation,
  tokenEvents,
  verifyMutation,
  whoIs,
} from './tokens.kit.js';

let server: AccountsServer;
let refusal: ReturnType<typeof refusalOf>;

beforeAll(async () => {
  server = await startAccounts();
  refusal = refusalOf(server.ask);
});

afterAll(() => server.close());

const refresh = async (token: string) => (await server.ask(refreshMutation, { token })).data.refreshAccessToken;
const revoke = async (token: string) => (await server.ask(revokeMutation, { token })).data.revokeAccessToken.revoked;
const day = 24 * 60 * 60;

async function freshAccount(username: string) {
  const someone = await account(server, username);
  return { someone, first: await logIn(server, someone) };
}

describe('refreshAccessToken', () => {
  it('replaces both tokens; those before end at once', async () => {
    const { first } = await freshAccount('refresher');
    const next = await refresh(first.refreshToken);
    expect(next).toEqual({
      token: expect.stringMatching(/^wbs_\w{36}$/),
      refreshToken: expect.stringMatching(/^wbr_\w{36}$/),
      refreshExpiresIn: expect.any(Number),
      payload: { username: 'refresher', exp: expect.any(Number), origIat: expect.any(Number) },
    });
    const { exp, origIat } = next.payload;
    expect(next.refreshExpiresIn - exp).toBe(29 * day);
    expect(exp - origIat).toBeGreaterThanOrEqual(day);
    expect(exp - origIat).toBeLessThan(day + 600);
    for (const token of [next.token, next.refreshToken]) expect(await whoIs(server, token)).toBe('refresher');
    for (const token of [first.token, first.refreshToken]) expect(await whoIs(server, token)).toBeNull();
  });

  it('gives the same tokens when it is repeated, as after a lost answer', async () => {
    const { someone, first } = await freshAccount('repeater');
    const next = await refresh(first.refreshToken);
    expect(await refresh(first.refreshToken)).toEqual(next);
    expect(await whoIs(server, next.token)).toBe('repeater');
    expect((await tokenEvents(server, someone)).filter((type) => type.endsWith('refreshed'))).toHaveLength(1);
  });

  it('gives all of many at once the same tokens: one session, one event', async () => {
    const { someone, first } = await freshAccount('racer');
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(first.refreshToken)));
    expect(new Set(answers.map((answer) => answer.token)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
    expect(await whoIs(server, answers[0].token)).toBe('racer');
    expect(await tokenEvents(server, someone)).toEqual([
      'accounts.session.opened',
      'accounts.session.opened',
      'accounts.session.refreshed',
    ]);
  });

  it('ends the session when an old token comes back, whoever of the two is the thief', async () => {
    const { someone, first } = await freshAccount('victim');
    const stolen = await refresh((await refresh(first.refreshToken)).refreshToken);
    expect(await whoIs(server, stolen.token)).toBe('victim');
    expect(await refusal(refreshMutation, { token: first.refreshToken })).toMatchObject({ code: 'INVALID_TOKEN' });
    expect(await whoIs(server, stolen.token)).toBeNull();
    expect(await refusal(refreshMutation, { token: stolen.refreshToken })).toMatchObject({ code: 'INVALID_TOKEN' });
    const { rows } = await server.database.pool.query(
      `SELECT data FROM store.events WHERE type = 'accounts.session.ended' AND stream_id = (SELECT id FROM ${tableName(sessions)} WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1)`,
    );
    expect(rows).toEqual([{ data: { reason: 'token-reused' } }]);
    // The account's other session, that of its registration, is not concerned.
    expect(await whoIs(server, someone.token)).toBe('victim');
  });

  it('goes on for as long as a client likes, over snapshots of its stream', async () => {
    const { first } = await freshAccount('for-ever');
    let token = first.refreshToken;
    for (let n = 0; n < 105; n++) token = (await refresh(token)).refreshToken;
    expect(await whoIs(server, token)).toBe('for-ever');
    expect(await refusal(refreshMutation, { token: first.refreshToken })).toMatchObject({ code: 'INVALID_TOKEN' });
    expect(await whoIs(server, token)).toBeNull();
  });

  it('works with a stale bearer, which some clients send along', async () => {
    const { first } = await freshAccount('stale');
    const next = await refresh(first.refreshToken);
    const { data } = await server.askAs(first.token)(refreshMutation, { token: next.refreshToken });
    expect(data.refreshAccessToken.token).toBeTruthy();
  });

  it.each(badTokens)('refuses %s', async (_, token) => {
    expect(await refusal(refreshMutation, { token })).toMatchObject({ code: 'INVALID_TOKEN' });
  });

  it('refuses an access token and an API token', async () => {
    const { someone, first } = await freshAccount('mixed-up');
    for (const token of [first.token, (await apiToken(someone)).raw]) {
      expect(await refusal(refreshMutation, { token })).toMatchObject({ code: 'INVALID_TOKEN' });
    }
    expect(await whoIs(server, first.token)).toBe('mixed-up');
  });
});

describe('verifyAccessToken', () => {
  const verified = async (token: string) =>
    (await server.ask(verifyMutation, { token })).data.verifyAccessToken.payload;

  it('says what is true of each kind of token', async () => {
    const { someone, first } = await freshAccount('verified');
    const access = await verified(first.token);
    expect(access).toEqual({ username: 'verified', exp: access.origIat + day, origIat: expect.any(Number) });
    expect(await verified(first.refreshToken)).toEqual({ ...access, exp: access.origIat + 30 * day });
    const api = await verified((await apiToken(someone)).raw);
    expect(api).toEqual({ username: 'verified', exp: null, origIat: expect.any(Number) });
    expect(Math.abs(api.origIat - Date.now() / 1000)).toBeLessThan(600);
    expect(await server.statements(() => server.ask(verifyMutation, { token: first.token }))).toBe(1);
  });

  it('knows when the session was opened, also after a refresh', async () => {
    const { first } = await freshAccount('verified-later');
    const before = await verified(first.token);
    const next = await refresh(first.refreshToken);
    expect(await verified(next.token)).toMatchObject({ origIat: before.origIat, exp: next.payload.exp });
    expect(await refusal(verifyMutation, { token: first.token })).toMatchObject({ code: 'INVALID_TOKEN' });
  });

  it.each(badTokens)('refuses %s', async (_, token) => {
    expect(await refusal(verifyMutation, { token })).toMatchObject({ code: 'INVALID_TOKEN', field: 'token' });
  });
});

describe('revokeAccessToken', () => {
  it('ends the session at once, and says when; a repeat says the same', async () => {
    const { someone, first } = await freshAccount('leaver');
    const revoked = await revoke(first.refreshToken);
    expect(Math.abs(revoked - Date.now() / 1000)).toBeLessThan(600);
    for (const token of [first.token, first.refreshToken]) expect(await whoIs(server, token)).toBeNull();
    expect(await refusal(refreshMutation, { token: first.refreshToken })).toMatchObject({ code: 'INVALID_TOKEN' });
    expect(await revoke(first.refreshToken)).toBe(revoked);
    expect(await tokenEvents(server, someone)).toEqual([
      'accounts.session.opened',
      'accounts.session.opened',
      'accounts.session.ended',
    ]);
    expect(await whoIs(server, someone.token)).toBe('leaver');
  });

  it('takes a token that a refresh has replaced', async () => {
    const { first } = await freshAccount('late-leaver');
    const next = await refresh(first.refreshToken);
    await revoke(first.refreshToken);
    expect(await whoIs(server, next.token)).toBeNull();
  });

  it('ends one session when it races with refreshes, and no token outlives it', async () => {
    const { first } = await freshAccount('racing-leaver');
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => server.ask(refreshMutation, { token: first.refreshToken })),
      server.ask(revokeMutation, { token: first.refreshToken }),
    ]);
    expect(answers.at(-1)!.data.revokeAccessToken.revoked).toBeGreaterThan(0);
    for (const { data } of answers.slice(0, -1)) {
      if (data?.refreshAccessToken) expect(await whoIs(server, data.refreshAccessToken.token)).toBeNull();
    }
    expect(await whoIs(server, first.token)).toBeNull();
  });

  it.each(badTokens)('refuses %s', async (_, token) => {
    expect(await refusal(revokeMutation, { token })).toMatchObject({ code: 'INVALID_TOKEN' });
  });
});

describe('a token that is over', () => {
  const over: [string, (someone: TestAccount) => Promise<unknown>][] = [
    [
      'it has expired',
      ({ username }) =>
        server.database.pool.query(
          `UPDATE ${tableName(sessions)} SET access_expires_at = now(), refresh_expires_at = now()
           WHERE user_id = (SELECT stream_id FROM store.events WHERE type = 'accounts.user.registered' AND data->>'username' = $1)`,
          [username],
        ),
    ],
    [
      'its session is parked',
      ({ username }) =>
        server.database.pool.query(
          `INSERT INTO store.parked_streams (projection, stream_id, partition, position, event_type, error)
           SELECT $2, s.id, 0, 1, 'x', 'x' FROM ${tableName(sessions)} s JOIN store.events e ON e.stream_id = s.user_id
           WHERE e.type = 'accounts.user.registered' AND e.data->>'username' = $1`,
          [username, sessions.versionedName],
        ),
    ],
  ];

  it.each(over)('authenticates nothing and is not verified: %s', async (what, end) => {
    const { someone, first } = await freshAccount(`over-${what.length}`);
    await end(someone);
    for (const token of [first.token, first.refreshToken]) {
      const { status, errors } = await server.askAs(token)('{ getNamespace(name: "x") { id } }');
      expect([status, errors![0]!.extensions!.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(await refusal(verifyMutation, { token })).toMatchObject({ code: 'INVALID_TOKEN' });
    }
  });

  it('refuses to refresh and to revoke a parked session, whose end may only not be seen yet', async () => {
    const { someone, first } = await freshAccount('parked');
    await over[1]![1](someone);
    for (const mutation of [refreshMutation, revokeMutation]) {
      expect(await refusal(mutation, { token: first.refreshToken })).toMatchObject({ code: 'INVALID_TOKEN' });
    }
  });
});

it('keeps to few SQL statements', async () => {
  const { first } = await freshAccount('frugal');
  let { refreshToken } = first;
  // Token, stream, the account's data key, append, row.
  expect(await server.statements(async () => void ({ refreshToken } = await refresh(refreshToken)))).toBe(5);
  expect(await server.statements(() => refusal(refreshMutation, { token: 'nonsense' }))).toBe(0);
  expect(await server.statements(() => whoIs(server, refreshToken))).toBe(2);
});
