import { account, refusalOf, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import { openLinks, type Links } from './links.js';

let server: AccountsServer;
let links: Links;

beforeAll(async () => {
  server = await startAccounts();
  links = await openLinks(server);
});

afterAll(() => server.close());

const change = `mutation ($input: ChangeUserPasswordInput!) { changeUserPassword(input: $input) { token clientMutationId } }`;
const validate = `mutation ($input: ValidateUserPasswordInput!) { validateUserPassword(input: $input) { success clientMutationId } }`;
const request = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { email errors { field messages } clientMutationId } }`;
const look = `query ($token: String!) { getPasswordResetToken(token: $token) { valid user { username email } } }`;
const tokenAuth = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;
const viewer = '{ viewer { username } }';

const login = async ({ username }: TestAccount, password: string) =>
  (await server.ask(tokenAuth, { input: { username, password } })).errors?.[0]!.extensions!.code ?? 'ok';
const nameBehind = async (token: string) => (await server.askAs(token)(viewer)).data.viewer?.username ?? null;
const looked = async (token: string) => (await server.ask(look, { token })).data.getPasswordResetToken;
const nothing = { valid: false, user: null };

describe('changeUserPassword with the old one', () => {
  it('sets the new one, ends all sessions but that of its answer, and keeps API tokens', async () => {
    const ada = await account(server, 'ada');
    const generate = 'mutation { generateApiToken(input: {}) { tokenRaw } }';
    const apiToken = (await ada.ask(generate)).data.generateApiToken.tokenRaw;
    const input = { oldPassword: ada.password, password: 'a much better one', clientMutationId: 'p1' };
    const { token, clientMutationId } = (await ada.ask(change, { input })).data.changeUserPassword;
    expect(clientMutationId).toBe('p1');
    expect([await nameBehind(token), await nameBehind(apiToken), await nameBehind(ada.token)]).toEqual([
      'ada',
      'ada',
      null,
    ]);
    expect([await login(ada, ada.password), await login(ada, 'a much better one')]).toEqual([
      'INVALID_CREDENTIALS',
      'ok',
    ]);
    // The same request sent again: it went through, and its secret is not shown twice.
    expect((await server.askAs(token)(change, { input })).data.changeUserPassword).toEqual({
      token: null,
      clientMutationId: 'p1',
    });
    expect(await nameBehind(token)).toBe('ada');
  });

  it('refuses what it cannot do, and changes nothing', async () => {
    const bob = await account(server, 'bob');
    const refused = async (input: object) => bob.refusal(change, { input });
    expect(await refused({ oldPassword: 'not it at all', password: 'a much better one' })).toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
    expect(await refused({ password: 'a much better one' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'oldPassword',
    });
    for (const password of ['short', 'password123', 'bob@example.com', 'x'.repeat(1025)])
      expect(await refused({ oldPassword: bob.password, password })).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'password',
      });
    const anonymous = { input: { oldPassword: bob.password, password: 'a much better one' } };
    expect(await refusalOf(server.ask)(change, anonymous)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect([await login(bob, bob.password), await nameBehind(bob.token)]).toEqual(['ok', 'bob']);
  });

  it('lets one of two at once win', async () => {
    const carl = await account(server, 'carl');
    const words = ['the first of the two', 'the second of the two'];
    const answers = await Promise.all(
      words.map((password) => carl.ask(change, { input: { oldPassword: carl.password, password } })),
    );
    expect(answers.filter(({ data }) => data?.changeUserPassword).length).toBe(1);
    expect((await Promise.all(words.map((password) => login(carl, password)))).sort()).toEqual([
      'INVALID_CREDENTIALS',
      'ok',
    ]);
  });
});

describe('validateUserPassword', () => {
  it('says yes or no, to the account itself alone', async () => {
    const dora = await account(server, 'dora');
    const input = { password: dora.password, clientMutationId: 'v' };
    expect((await dora.ask(validate, { input })).data.validateUserPassword).toEqual({
      success: true,
      clientMutationId: 'v',
    });
    expect((await dora.ask(validate, { input: { password: 'no' } })).data.validateUserPassword.success).toBe(false);
    expect(await refusalOf(server.ask)(validate, { input })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('a password reset', () => {
  const asked = async (email: string) => {
    const { data, errors } = await server.ask(request, { input: { email, clientMutationId: 'q' } });
    return { errors, ...data.requestPasswordReset };
  };

  it('answers the same whether or not there is such an account, also to who has a stale token', async () => {
    const erin = await account(server, 'erin');
    const same = (email: string) => ({ email, errors: null, clientMutationId: 'q' });
    expect(await asked(erin.email)).toEqual(same(erin.email));
    expect(await asked('nobody@example.com')).toEqual(same('nobody@example.com'));
    const stale = await server.askAs('wbs_nonsense')(request, { input: { email: erin.email } });
    expect(stale.errors).toBeUndefined();
    expect(await refusalOf(server.ask)(request, { input: { email: 'erin' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'email',
    });
    await links.newest(erin, 'password-reset', 2);
  });

  it('by its link sets the password, once, ends all sessions, and proves the address', async () => {
    const fay = await account(server, 'fay');
    await asked(fay.email.toUpperCase());
    const token = await links.newest(fay, 'password-reset', 1);
    expect(await looked(token)).toEqual({ valid: true, user: { username: 'fay', email: '' } });
    const input = { token, password: 'found it again', clientMutationId: 'reset-1' };
    const session = (await server.ask(change, { input })).data.changeUserPassword.token;
    const { data } = await server.askAs(session)('{ viewer { username isEmailValidated } }');
    expect(data.viewer).toEqual({ username: 'fay', isEmailValidated: true });
    expect(await nameBehind(fay.token)).toBeNull();
    expect([await login(fay, fay.password), await login(fay, 'found it again')]).toEqual(['INVALID_CREDENTIALS', 'ok']);

    expect(await looked(token)).toEqual(nothing);
    const again = { input: { token, password: 'and once more' } };
    expect(await refusalOf(server.ask)(change, again)).toMatchObject({ code: 'LINK_INVALID' });
    // The same request sent again is no second use.
    expect((await server.ask(change, { input })).data.changeUserPassword.token).toBeNull();
  });

  it('keeps its link when the new password is refused', async () => {
    const gus = await account(server, 'gus');
    await asked(gus.email);
    const token = await links.newest(gus, 'password-reset', 1);
    expect(await refusalOf(server.ask)(change, { input: { token, password: 'password123' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'password',
    });
    expect((await looked(token)).valid).toBe(true);
  });

  it('takes no other link: replaced, expired, foreign, for something else, mangled, invented', async () => {
    const [hal, ivy] = [await account(server, 'hal'), await account(server, 'ivy')];
    await asked(hal.email);
    const replaced = await links.newest(hal, 'password-reset', 1);
    await asked(hal.email);
    const open = await links.newest(hal, 'password-reset', 2);
    const challengeId = (await links.challenges(hal, 'password-reset'))[1]!;
    const bad = [
      replaced,
      await links.expired(ivy, 'password-reset'),
      links.tokenOf(ivy, 'password-reset', challengeId),
      links.tokenOf(hal, 'email-validation', challengeId),
      await links.newest(hal, 'email-validation', 1),
      open.slice(0, -1) + (open.endsWith('A') ? 'B' : 'A'),
      open.slice(0, -1),
      `wbl_${'A'.repeat(64)}`,
      hal.token,
      '',
    ];
    for (const token of bad) {
      const refused = await refusalOf(server.ask)(change, { input: { token, password: 'never to be set' } });
      expect([token, refused.code, await looked(token)]).toEqual([token, 'LINK_INVALID', nothing]);
    }
    expect((await looked(open)).valid).toBe(true);
    expect(await login(hal, hal.password)).toBe('ok');
  });

  it('by one link sets one of two passwords at once', async () => {
    const jan = await account(server, 'jan');
    await asked(jan.email);
    const token = await links.newest(jan, 'password-reset', 1);
    const answers = await Promise.all(
      ['the first of the two', 'the second of the two'].map((password) =>
        server.ask(change, { input: { token, password } }),
      ),
    );
    expect(answers.filter(({ data }) => data?.changeUserPassword).length).toBe(1);
  });
});
