import { account, refusalOf, registerMutation, startAccounts, type AccountsServer, type TestAccount } from './kit.js';
import { openLinks, type Links } from './links.js';

let server: AccountsServer;
let links: Links;

beforeAll(async () => {
  server = await startAccounts();
  links = await openLinks(server);
});

afterAll(() => server.close());

const change = `mutation ($input: ChangeUserEmailInput!) { changeUserEmail(input: $input) { user { email isEmailValidated } clientMutationId } }`;
const request = `mutation ($input: RequestValidationEmailInput!) { requestValidationEmail(input: $input) { success user { username } clientMutationId } }`;
const validate = `mutation ($input: ValidateUserEmailInput!) { validateUserEmail(input: $input) { user { username isEmailValidated } clientMutationId } }`;
const tokenAuth = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;
const isValidated = async (of: TestAccount) =>
  (await of.ask('{ viewer { isEmailValidated } }')).data.viewer.isEmailValidated;
const validated = (challenge: string, more: object = {}) => server.ask(validate, { input: { challenge, ...more } });
const refused = (challenge: string, more: object = {}) =>
  refusalOf(server.ask)(validate, { input: { challenge, ...more } });

describe('validateUserEmail', () => {
  it('proves the address of who registered, once, by the link alone', async () => {
    const ada = await account(server, 'ada');
    expect(await isValidated(ada)).toBe(false);
    const challenge = await links.newest(ada, 'email-validation', 1);
    const { data } = await validated(challenge, { userId: ada.id, clientMutationId: 'e1' });
    // To whoever opens the link the account is a stranger's.
    expect(data.validateUserEmail).toEqual({
      user: { username: 'ada', isEmailValidated: false },
      clientMutationId: 'e1',
    });
    expect(await isValidated(ada)).toBe(true);
    expect(await refused(challenge)).toMatchObject({ code: 'LINK_INVALID' });
  });

  it('takes no other link: replaced, expired, foreign, for something else, mangled, invented', async () => {
    const [bob, cleo] = [await account(server, 'bob'), await account(server, 'cleo')];
    const replaced = await links.newest(bob, 'email-validation', 1);
    await bob.ask(request, { input: {} });
    const open = await links.newest(bob, 'email-validation', 2);
    const challengeId = (await links.challenges(bob, 'email-validation'))[1]!;
    const bad = [
      replaced,
      await links.expired(cleo, 'email-validation'),
      links.tokenOf(cleo, 'email-validation', challengeId),
      links.tokenOf(bob, 'password-reset', challengeId),
      open.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      '',
    ];
    for (const challenge of bad)
      expect([challenge, (await refused(challenge)).code]).toEqual([challenge, 'LINK_INVALID']);
    expect((await refused(open, { userId: cleo.id })).code).toBe('LINK_INVALID');
    expect((await refused(open, { userId: 'u_nonsense' })).code).toBe('INVALID_ID');
    expect([await isValidated(bob), await isValidated(cleo)]).toEqual([false, false]);
    expect((await validated(open)).errors).toBeUndefined();
    expect(await isValidated(bob)).toBe(true);
  });
});

describe('requestValidationEmail', () => {
  it('is for oneself, and sends nothing once the address is proved', async () => {
    const [dora, erin] = [await account(server, 'dora'), await account(server, 'erin')];
    const { data } = await dora.ask(request, { input: { userId: dora.id, clientMutationId: 'r' } });
    expect(data.requestValidationEmail).toEqual({ success: true, user: { username: 'dora' }, clientMutationId: 'r' });
    await validated(await links.newest(dora, 'email-validation', 2));
    expect((await dora.ask(request, { input: {} })).data.requestValidationEmail.success).toBe(true);
    expect(await links.challenges(dora, 'email-validation')).toHaveLength(2);
    expect(await dora.refusal(request, { input: { userId: erin.id } })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(server.ask)(request, { input: {} })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('changeUserEmail', () => {
  it('takes the new address, unproved, has a link sent there, and frees the old one', async () => {
    const fay = await account(server, 'fay');
    const old = await links.newest(fay, 'email-validation', 1);
    await validated(old);
    const input = { newEmail: 'fay@new.example.com', clientMutationId: 'c' };
    expect((await fay.ask(change, { input })).data.changeUserEmail).toEqual({
      user: { email: 'fay@new.example.com', isEmailValidated: false },
      clientMutationId: 'c',
    });
    await validated(await links.newest(fay, 'email-validation', 2));
    expect(await isValidated(fay)).toBe(true);
    const login = (username: string) => server.ask(tokenAuth, { input: { username, password: fay.password } });
    expect((await login('FAY@new.example.com')).data.tokenAuth.token).toBeTruthy();
    expect((await login(fay.email)).errors![0]!.extensions!.code).toBe('INVALID_CREDENTIALS');
    const heir = { username: 'heir', email: fay.email, password: 'another good one' };
    expect((await server.ask(registerMutation, { input: heir })).errors).toBeUndefined();
  });

  it('makes links void that went to the old address', async () => {
    const gus = await account(server, 'gus');
    const old = await links.newest(gus, 'email-validation', 1);
    await gus.ask(change, { input: { newEmail: 'gus@new.example.com' } });
    expect((await refused(old)).code).toBe('LINK_INVALID');
  });

  it('refuses an address that is taken, in any case, one that is none, and who is not logged in', async () => {
    const [hal, ivy] = [await account(server, 'hal'), await account(server, 'ivy')];
    expect(await hal.refusal(change, { input: { newEmail: ivy.email.toUpperCase() } })).toMatchObject({
      code: 'EMAIL_TAKEN',
      field: 'newEmail',
    });
    expect(await hal.refusal(change, { input: { newEmail: 'hal' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'newEmail',
    });
    const input = { newEmail: 'x@example.com' };
    expect(await refusalOf(server.ask)(change, { input })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await hal.ask('{ viewer { email } }')).data.viewer.email).toBe(hal.email);
  });

  it('lets one of two win an address', async () => {
    const two = [await account(server, 'jan'), await account(server, 'kim')];
    const answers = await Promise.all(two.map(({ ask }) => ask(change, { input: { newEmail: 'one@example.com' } })));
    expect(answers.filter(({ data }) => data?.changeUserEmail).length).toBe(1);
    expect(answers.flatMap(({ errors }) => errors?.map((error) => error.extensions!.code) ?? [])).toEqual([
      'EMAIL_TAKEN',
    ]);
  });
});
