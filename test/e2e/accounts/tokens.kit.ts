import type { AccountsServer, TestAccount } from './kit.js';

export const refreshMutation = `mutation ($token: String!) {
  refreshAccessToken(refreshToken: $token) { token refreshToken refreshExpiresIn payload }
}`;
export const verifyMutation = `mutation ($token: String!) { verifyAccessToken(token: $token) { payload } }`;
export const revokeMutation = `mutation ($token: String!) { revokeAccessToken(refreshToken: $token) { revoked } }`;

export type Tokens = { token: string; refreshToken: string };

/** A new session of an account. */
export async function logIn(server: AccountsServer, { username, password }: TestAccount): Promise<Tokens> {
  const login = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token refreshToken } }`;
  return (await server.ask(login, { input: { username, password } })).data.tokenAuth;
}

/** The user name that a token speaks for; null when it is not valid. */
export async function whoIs(server: AccountsServer, token: string): Promise<string | null> {
  return (await server.askAs(token)('{ viewer { username } }')).data.viewer?.username ?? null;
}

export async function apiToken(of: TestAccount, identifier = 'laptop'): Promise<{ id: string; raw: string }> {
  const generate = `mutation ($input: GenerateAPITokenInput!) { generateApiToken(input: $input) { tokenRaw token { id } } }`;
  const { tokenRaw, token } = (await of.ask(generate, { input: { identifier } })).data.generateApiToken;
  return { id: token.id, raw: tokenRaw };
}

/** Types of the events of all sessions and API tokens of an account, oldest first. */
export async function tokenEvents(server: AccountsServer, of: TestAccount): Promise<string[]> {
  const { rows } = await server.database.pool.query(
    `SELECT type FROM store.events WHERE stream_id IN (
       SELECT e.stream_id FROM store.events e JOIN store.events r ON r.stream_id = e.data->>'userId'
       WHERE r.type = 'accounts.user.registered' AND r.data->>'username' = $1)
     ORDER BY position`,
    [of.username],
  );
  return rows.map(({ type }) => type);
}

/** Tokens of the right form that nobody has, one per kind, and texts of the wrong form. */
export const badTokens: [what: string, token: string][] = [
  ['an empty text', ''],
  ['a word', 'nonsense'],
  ['an API token with a wrong checksum', 'wba_000000000000000000000000000000000000'],
  ['an unknown API token', 'wba_0123456789ABCDEFGHIJKLMNOPQRST1nMT91'],
  ['an unknown access token', 'wbs_00000000000000000000000000033600jlgT'],
  ['an unknown refresh token', 'wbr_0000000000000000000000000000000u9LCa'],
  ['the secret of no nonce', 'wbn_0000000000000000000000000000003UWUs3'],
  ['a NUL', 'wba_\0'],
  ['a very long text', 'x'.repeat(20_000)],
];
