import { account, refusalOf, registerMutation, startAccounts, type AccountsServer } from './kit.js';

let server: AccountsServer;
let refusal: ReturnType<typeof refusalOf>;

beforeAll(async () => {
  server = await startAccounts();
  refusal = refusalOf(server.ask);
});

afterAll(() => server.close());

const viewer = `{ viewer { id globalId globalName username email fullName firstName lastName dateJoined isViewer isStaff registerIntent } }`;
const tokenAuth = `mutation ($input: ObtainJSONWebTokenInput!) {
  tokenAuth(input: $input) { token refreshToken refreshExpiresIn username payload clientMutationId }
}`;
const generate = `mutation ($input: GenerateAPITokenInput!) {
  generateApiToken(input: $input) { tokenRaw token { id identifier createdAt user { username } } user { username } clientMutationId }
}`;
const input = (username: string, more: object = {}) => ({
  username,
  email: `${username}@example.com`,
  password: 'correct horse battery',
  ...more,
});

describe('viewer', () => {
  it('is null for nobody, without an error: also with the empty bearer of old clients', async () => {
    for (const ask of [server.ask, server.askAs('')]) {
      expect(await ask('{ viewer { id } }')).toMatchObject({ data: { viewer: null }, status: 200 });
    }
  });

  it('is null for a token that is not valid, so that a client with a stale one can find out', async () => {
    for (const token of ['nonsense', 'wba_000000000000000000000000000000000000', 'x'.repeat(5000)]) {
      expect((await server.askAs(token)('{ viewer { id } }')).data).toEqual({ viewer: null });
    }
  });
});

describe('registerUser', () => {
  it('opens an account and logs it in', async () => {
    const more = {
      fullName: 'Ada King Lovelace',
      intent: 'Publish',
      acceptedTos: true,
      enterProTrial: null,
      fingerprintVisitorId: null,
    };
    const { data, errors } = await server.ask(registerMutation, {
      input: input('Ada', { ...more, clientMutationId: 'r1' }),
    });
    expect(errors).toBeUndefined();
    expect(data.registerUser).toMatchObject({ clientMutationId: 'r1', token: expect.stringMatching(/^wbs_\w{36}$/) });
    const { viewer: me } = (await server.askAs(data.registerUser.token)(viewer)).data;
    expect(me).toMatchObject({
      globalName: 'Ada',
      username: 'Ada',
      email: 'Ada@example.com',
      fullName: 'Ada King Lovelace',
      firstName: 'Ada',
      lastName: 'King Lovelace',
      isViewer: true,
      isStaff: false,
      registerIntent: 'Publish',
    });
    expect(me.id).toMatch(/^u_\w{12,}$/);
    expect(me.globalId).toBe(me.id);
  });

  it.each([
    [
      'a user name that is taken, in any case',
      { username: 'ADA', email: 'other@example.com' },
      'NAME_TAKEN',
      'username',
    ],
    ['an address that is taken, in any case', { username: 'other', email: 'ADA@EXAMPLE.COM' }, 'EMAIL_TAKEN', 'email'],
    ['an address that is none', { username: 'other', email: 'ada' }, 'BAD_USER_INPUT', 'email'],
    ['a short password', { username: 'other', password: 'short' }, 'BAD_USER_INPUT', 'password'],
    ['a common password', { username: 'other', password: 'password123' }, 'BAD_USER_INPUT', 'password'],
    [
      'a password that is the user name',
      { username: 'otherother', password: 'otherother' },
      'BAD_USER_INPUT',
      'password',
    ],
    ['a bad user name', { username: '-other' }, 'INVALID_NAME', 'username'],
  ])('refuses %s and names the field', async (_, more, code, field) => {
    expect(await refusal(registerMutation, { input: input('other', more) })).toMatchObject({ code, field });
  });

  it('shows no secret a second time: a repeat with the same clientMutationId gives a null token', async () => {
    const repeated = input('grace', { clientMutationId: 'r2' });
    expect((await server.ask(registerMutation, { input: repeated })).data.registerUser.token).toBeTruthy();
    expect((await server.ask(registerMutation, { input: repeated })).data.registerUser).toEqual({
      token: null,
      clientMutationId: 'r2',
    });
  });

  it('is closed when the operator says so', async () => {
    const closed = await startAccounts({ WAYBILL_REGISTRATION: 'closed' });
    try {
      expect(await refusalOf(closed.ask)(registerMutation, { input: input('late') })).toMatchObject({
        code: 'REGISTRATION_CLOSED',
      });
    } finally {
      await closed.close();
    }
  });
});

describe('tokenAuth', () => {
  it('logs in by user name in any case and by address; both tokens authenticate', async () => {
    const someone = await account(server, 'edsger');
    for (const username of ['edsger', 'EDSGER', someone.email]) {
      const { data } = await server.ask(tokenAuth, {
        input: { username, password: someone.password, clientMutationId: 't' },
      });
      const { token, refreshToken, payload, refreshExpiresIn, ...rest } = data.tokenAuth;
      expect(rest).toEqual({ username: 'edsger', clientMutationId: 't' });
      expect(payload).toEqual({ username: 'edsger', exp: expect.any(Number), origIat: expect.any(Number) });
      expect(payload.exp - payload.origIat).toBe(24 * 60 * 60);
      expect(refreshExpiresIn - payload.origIat).toBe(30 * 24 * 60 * 60);
      for (const bearer of [token, refreshToken]) {
        expect((await server.askAs(bearer)('{ viewer { username } }')).data.viewer.username).toBe('edsger');
      }
    }
  });

  it('tells a wrong password and an unknown account in the same words', async () => {
    await account(server, 'barbara');
    const wrong = await server.ask(tokenAuth, { input: { username: 'barbara', password: 'not it at all' } });
    const unknown = await server.ask(tokenAuth, { input: { username: 'nobody-here', password: 'not it at all' } });
    expect(wrong.errors![0]).toMatchObject({
      message: unknown.errors![0]!.message,
      extensions: { code: 'INVALID_CREDENTIALS' },
    });
    expect(unknown.errors![0]!.extensions!.code).toBe('INVALID_CREDENTIALS');
  });
});

describe('generateApiToken', () => {
  it('gives a token that authenticates, once', async () => {
    const someone = await account(server, 'alan');
    const asked = { input: { identifier: 'laptop', clientMutationId: 'g1' } };
    const { data } = await someone.ask(generate, asked);
    expect(data.generateApiToken).toMatchObject({
      token: { id: expect.stringMatching(/^tok_/), identifier: 'laptop', user: { username: 'alan' } },
      user: { username: 'alan' },
      tokenRaw: expect.stringMatching(/^wba_\w{36}$/),
    });
    expect((await server.askAs(data.generateApiToken.tokenRaw)('{ viewer { username } }')).data.viewer.username).toBe(
      'alan',
    );
    const repeated = await someone.ask(generate, asked);
    expect(repeated.data.generateApiToken).toEqual({ ...data.generateApiToken, tokenRaw: null });
  });

  it('needs a login, and takes an unnamed token', async () => {
    expect(await refusal(generate, { input: {} })).toMatchObject({ code: 'UNAUTHENTICATED' });
    const someone = await account(server, 'kurt');
    expect(
      (await someone.ask(generate, { input: { identifier: null } })).data.generateApiToken.token.identifier,
    ).toBeNull();
  });
});

it('refuses a token that is not valid for what needs a login, with 401', async () => {
  const { status, errors } = await server.askAs('wba_nonsense')(generate, { input: {} });
  expect([status, errors![0]!.extensions!.code]).toEqual([401, 'UNAUTHENTICATED']);
});

it('takes no more SQL than it must to say who is calling', async () => {
  const someone = await account(server, 'donald');
  await someone.ask('{ viewer { username } }');
  expect(await server.statements(() => someone.ask('{ viewer { username } }'))).toBe(2);
  expect(await server.statements(() => server.ask('{ viewer { username } }'))).toBe(0);
});
