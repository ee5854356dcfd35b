import { accounts } from '../../../src/accounts/accounts.silo.js';
import { sessionAggregate } from '../../../src/accounts/session/session.commands.js';
import { SessionQueries } from '../../../src/accounts/session/session.queries.js';
import { SessionsService, type SessionInfo } from '../../../src/accounts/session/sessions.service.js';
import { storedTokenUses } from '../../../src/accounts/session/token-uses.table.js';
import type { Execute } from '../../../src/core/command/dispatcher.js';
import { generateRingKey, KeyRing } from '../../../src/core/crypto/key-ring.js';
import type { Actor } from '../../../src/core/event-store/types.js';
import { Refusal } from '../../../src/core/errors/refusal.js';
import { eventually } from '../../kit/eventually.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';
import { json } from '../../kit/operator.js';
import { runProgram } from '../../kit/program.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import { apiToken, logIn, refreshMutation, whoIs, type Tokens } from './tokens.kit.js';

/** The server, and beside it another process on its database: what one of them ends is over in the other. */
let server: AccountsServer;
let instance: TestInstance;
let sessions: SessionsService;
let env: Record<string, string>;

beforeAll(async () => {
  const ring = generateRingKey();
  server = await startAccounts({ WAYBILL_KEYS: ring });
  env = { WAYBILL_KEYS: ring, DATABASE_URL: server.database.url, WAYBILL_DATA_DIR: server.dataDir };
  instance = await startInstance(server.database.url, [accounts], { ring: KeyRing.fromText(ring) });
  const { core, pool } = instance;
  const uses = { lastUsed: (ids: readonly string[]) => storedTokenUses(pool, ids) };
  sessions = new SessionsService(core.reader, new SessionQueries(core.readModel), core.successorTokens, uses);
});

afterAll(async () => {
  await instance.stop();
  await server.close();
});

async function userIdOf(of: TestAccount): Promise<string> {
  const { rows } = await server.database.pool.query(
    `SELECT stream_id AS id FROM store.events WHERE type = 'accounts.user.registered' AND data->>'username' = $1`,
    [of.username],
  );
  return rows[0].id;
}

/** An account with its stream id and the right to run commands as itself. */
async function owner(username: string) {
  const someone = await account(server, username);
  const userId = await userIdOf(someone);
  const actor: Actor = { kind: 'user', userId, isOperator: false, tokenId: 'session-0' };
  return { someone, userId, execute: instance.executeAs(actor) };
}

async function logInFrom(userAgent: string, { username, password }: TestAccount): Promise<void> {
  const query = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;
  await fetch(server.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ query, variables: { input: { username, password } } }),
  });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

describe('the list', () => {
  it('shows the open sessions, the newest first, and where each came from', async () => {
    const { someone, userId } = await owner('lister');
    await logInFrom('WasmerCLI-v7.4.2', someone);
    const listed = await sessions.list(userId);
    expect(listed).toEqual([
      {
        id: expect.stringMatching(/^session-\d+$/),
        openedAt: expect.any(Date),
        expiresAt: new Date(listed[0]!.openedAt.getTime() + 30 * 24 * 60 * 60 * 1000),
        userAgent: 'WasmerCLI-v7.4.2',
        address: '127.0.0.1',
        lastUsedAt: null,
      },
      expect.objectContaining({ address: '127.0.0.1', userAgent: 'node' }),
    ]);
    expect(listed[0]!.openedAt.getTime()).toBeGreaterThan(listed[1]!.openedAt.getTime());
  });

  it('shows a refreshed session once, with its later end', async () => {
    const { someone, userId } = await owner('refreshed-lister');
    const { refreshToken } = await logIn(server, someone);
    const [before] = await sessions.list(userId);
    await server.ask(refreshMutation, { token: refreshToken });
    const after = await sessions.list(userId);
    expect(after).toHaveLength(2);
    expect(after[0]!.id).toBe(before!.id);
    expect(after[0]!.expiresAt.getTime()).toBeGreaterThan(before!.expiresAt.getTime());
  });

  it('cuts what clients call themselves, and takes out what would upset a terminal', async () => {
    const { someone, userId } = await owner('long-winded');
    await logInFrom(`a\u009b2J${'x'.repeat(1000)}`, someone);
    const [{ userAgent }] = (await sessions.list(userId)) as [SessionInfo];
    expect(userAgent).toBe(`a 2J${'x'.repeat(296)}`);
  });

  it('keeps the origin sealed in the log, out of every read model, and destroys it with the account', async () => {
    const { someone, userId } = await owner('to-be-erased');
    await logInFrom('Telltale/1.0', someone);
    const [{ id }] = (await sessions.list(userId)) as [SessionInfo];
    const { rows } = await server.database.pool.query(
      `SELECT string_agg(e::text, ' ') || (SELECT string_agg(s::text, ' ') FROM read.sessions_v2 s) AS text FROM store.events e`,
    );
    expect(rows[0].text).toContain(id);
    expect(rows[0].text).not.toContain('Telltale');

    await runProgram(['users', 'erase', 'to-be-erased', '--yes'], env);
    const opened = (await instance.core.reader.readFirst(sessionAggregate, [id])).get(id);
    expect(opened!.data).toMatchObject({ userAgent: 'erased', address: 'erased' });
    // The key is gone before the read model has seen why; in between a rebuilt row has nothing where the live one still has a name.
    await eventually(async () => {
      const { rows: found } = await server.database.pool.query(`SELECT is_erased FROM read.users_v2 WHERE id = $1`, [
        userId,
      ]);
      expect(found).toEqual([{ is_erased: true }]);
    });
    const reports: { differences: unknown[] }[] = json(await runProgram(['projections', 'verify', '--json'], env));
    expect(reports.flatMap(({ differences }) => differences)).toEqual([]);
  });
});

describe('ending one', () => {
  it('ends it everywhere at once, and changes nothing the second time', async () => {
    const { someone, userId, execute } = await owner('ender');
    const { token } = await logIn(server, someone);
    const [{ id }] = (await sessions.list(userId)) as [SessionInfo];
    await sessions.end(id, execute);
    await sessions.end(id, execute);
    expect(await whoIs(server, token)).toBeNull();
    expect(await whoIs(server, someone.token)).toBe('ender');
    expect((await sessions.list(userId)).map((session) => session.id)).not.toContain(id);
  });

  it('is refused to others, in the same words as for one that does not exist', async () => {
    const { someone, userId } = await owner('bystander');
    const { execute } = await owner('meddler');
    const [{ id }] = (await sessions.list(userId)) as [SessionInfo];
    expect(await codeOf(sessions.end(id, execute))).toBe('SESSION_NOT_FOUND');
    for (const wrong of ['session-999999', userId, '', 'session-1\0', 'x'.repeat(1000)]) {
      expect(await codeOf(sessions.end(wrong, execute))).toBe('SESSION_NOT_FOUND');
    }
    expect(await whoIs(server, someone.token)).toBe('bystander');
  });
});

describe('ending all', () => {
  let someone: TestAccount;
  let userId: string;
  let execute: Execute;
  let kept: Tokens;
  let keptId: string;
  let other: Tokens;

  beforeAll(async () => {
    ({ someone, userId, execute } = await owner('cleaner'));
    kept = await logIn(server, someone);
    [{ id: keptId }] = (await sessions.list(userId)) as [SessionInfo];
    other = await logIn(server, someone);
  });

  it('ends all but the one that is kept; API tokens stay', async () => {
    const { raw } = await apiToken(someone);
    await sessions.endAll(userId, keptId, execute);
    for (const token of [other.token, other.refreshToken, someone.token]) expect(await whoIs(server, token)).toBeNull();
    for (const token of [kept.token, kept.refreshToken, raw]) expect(await whoIs(server, token)).toBe('cleaner');
    expect((await sessions.list(userId)).map(({ id }) => id)).toEqual([keptId]);
    const refused = await server.ask(refreshMutation, { token: other.refreshToken });
    expect(refused.errors![0]!.extensions!.code).toBe('INVALID_TOKEN');
  });

  it('leaves the kept one whole: it can be refreshed, and is over with the next end of all', async () => {
    const { data } = await server.ask(refreshMutation, { token: kept.refreshToken });
    const next: Tokens = data.refreshAccessToken;
    expect(await whoIs(server, next.token)).toBe('cleaner');
    const later = await logIn(server, someone);
    const [{ id: laterId }] = (await sessions.list(userId)) as [SessionInfo];
    await sessions.endAll(userId, laterId, execute);
    expect(await whoIs(server, next.token)).toBeNull();
    expect(await whoIs(server, later.token)).toBe('cleaner');
    await runProgram(['users', 'reset-password', 'cleaner', '--password', 'another good one'], env);
    await eventually(async () => expect(await sessions.list(userId)).toEqual([]));
  });

  it('keeps nobody else\u2019s session', async () => {
    const stranger = await owner('stranger');
    const [{ id }] = (await sessions.list(stranger.userId)) as [SessionInfo];
    const victim = await owner('swept');
    await sessions.endAll(victim.userId, id, instance.executeAs(system));
    expect(await whoIs(server, victim.someone.token)).toBeNull();
    expect(await whoIs(server, stranger.someone.token)).toBe('stranger');
  });
});

describe('the operator\u2019s commands', () => {
  it('users sessions lists, users end-sessions ends them all', async () => {
    const { someone } = await owner('operated');
    const listed = json(await runProgram(['users', 'sessions', 'operated', '--json'], env));
    expect(listed).toMatchObject([{ id: expect.any(String), address: '127.0.0.1', userAgent: 'node' }]);
    const table = await runProgram(['users', 'sessions', 'operated'], env);
    expect(table.stdout).toMatch(/^session +opened +last used +expires +address +user agent\n/);
    expect(table.stdout).toContain(listed[0].id);
    expect(await runProgram(['users', 'end-sessions', 'operated'], env)).toEqual({
      code: 0,
      stdout: 'The sessions of operated are ended.\n',
      stderr: '',
    });
    await eventually(async () => expect(await whoIs(server, someone.token)).toBeNull());
    expect((await runProgram(['users', 'sessions', 'operated'], env)).stdout).toBe('operated has no open session.\n');
  });
});
