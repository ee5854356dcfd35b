import { attemptLimits } from '../../../src/core/auth/attempt-limits.js';
import { runProgram } from '../../kit/program.js';
import { serverEnvironment } from '../../kit/server.js';
import { account, refusalOf, registerMutation, startAccounts, type AccountsServer, type TestAccount } from './kit.js';

/** The limits as they are for everybody; clients' addresses come from a proxy. */
let server: AccountsServer;

beforeAll(async () => {
  server = await startAccounts({ WAYBILL_LIMIT_FACTOR: '1', WAYBILL_TRUST_PROXY: 'true' });
});

afterAll(() => server.close());

const { perAccountAndAddress, perAddress } = attemptLimits.login;
const tokenAuth = `mutation ($input: ObtainJSONWebTokenInput!) { tokenAuth(input: $input) { token } }`;

/** Sends one operation from a client's address. */
async function from(address: string, query: string, variables: object = {}, token?: string): Promise<any> {
  const response = await fetch(server.graphqlUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

let addresses = 0;
const newAddress = () => `198.51.100.${++addresses}`;
const login = async (address: string, username: string, password: string): Promise<any> =>
  (await from(address, tokenAuth, { input: { username, password } })).errors?.[0];
const codes = (errors: any[]): string[] => errors.map((error) => error?.extensions.code ?? 'ok');
const times = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Array.from({ length: count }).reduce<Promise<T[]>>(
    async (done) => [...(await done), await work()],
    Promise.resolve([]),
  );

describe('tokenAuth', () => {
  it('refuses further tries after ten wrong ones, the right password too; others may try', async () => {
    const ada = await account(server, 'ada');
    const address = newAddress();
    const wrong = await times(perAccountAndAddress, () => login(address, 'ADA', 'not it at all'));
    expect(codes(wrong)).toEqual(Array(perAccountAndAddress).fill('INVALID_CREDENTIALS'));
    const refused = await login(address, 'ada', ada.password);
    expect(refused.extensions).toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      retryAfterSeconds: expect.any(Number),
    });
    expect(await login(newAddress(), 'ada', ada.password)).toBeUndefined();
  });

  it('treats a name that nobody has just as one that somebody has', async () => {
    await account(server, 'bob');
    const [known, unknown] = await Promise.all(
      ['bob', 'nobody-here'].map((name) => {
        const address = newAddress();
        return times(perAccountAndAddress + 2, () => login(address, name, 'not it at all'));
      }),
    );
    const told = (errors: any[]) =>
      errors.map(({ message, extensions: { code, retryAfterSeconds, ...rest } }) => ({
        message,
        code,
        waits: retryAfterSeconds > 0,
        more: Object.keys(rest),
      }));
    expect(told(unknown!)).toEqual(told(known!));
    expect(codes(known!).slice(-2)).toEqual(['TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
  });

  it('asks the database as often for a name that nobody has', async () => {
    await account(server, 'carl');
    const cost = (name: string) => server.statements(() => login(newAddress(), name, 'not it at all'));
    await cost('carl');
    expect(await cost('nobody-there')).toBe(await cost('carl'));
  });

  it('does not tell that an address belongs to a name: their tries are counted apart', async () => {
    const dora = await account(server, 'dora');
    const address = newAddress();
    await times(perAccountAndAddress, () => login(address, 'dora', 'not it at all'));
    for (const email of [dora.email, 'nobody@example.com'])
      expect(codes([await login(address, email, 'not it at all')])).toEqual(['INVALID_CREDENTIALS']);
  });

  it('ends a request with many logins at the first that fails', async () => {
    const erin = await account(server, 'erin');
    const tries = ['wrong', 'wrong', erin.password].map(
      (password, index) => `a${index}: tokenAuth(input: { username: "erin", password: "${password}" }) { token }`,
    );
    const { data, errors } = await from(newAddress(), `mutation { ${tries.join(' ')} }`);
    expect([data, codes(errors)]).toEqual([null, ['INVALID_CREDENTIALS']]);
  });

  it('gives the tries of successes back', async () => {
    const fay = await account(server, 'fay');
    const address = newAddress();
    const answers = await times(perAccountAndAddress + 5, () => login(address, 'fay', fay.password));
    expect(codes(answers)).toEqual(Array(perAccountAndAddress + 5).fill('ok'));
  });

  it('bounds what one client tries at all names together, IPv6 by /64', async () => {
    let tried = 0;
    // Too many bytes for a password: counted as any other, and refused without the work of a hash.
    const long = 'é'.repeat(600);
    const tryOne = () => login(`2001:db8:7:7::${(++tried).toString(16)}`, `victim-${tried}`, long);
    const answers = codes(await times(perAddress + 1, tryOne));
    expect(answers.indexOf('TOO_MANY_ATTEMPTS')).toBe(perAddress);
    expect(codes([await login('2001:db8:7:8::1', 'victim-1', 'not it at all')])).toEqual(['INVALID_CREDENTIALS']);
  });
});

it('waybill users unlock lets an account in at once, by name and by address', async () => {
  const gus = await account(server, 'gus');
  const address = newAddress();
  const both = ['gus', gus.email];
  for (const name of both) await times(perAccountAndAddress, () => login(address, name, 'not it at all'));
  for (const name of both) expect(codes([await login(address, name, gus.password)])).toEqual(['TOO_MANY_ATTEMPTS']);
  const env = serverEnvironment(server.dataDir, server.database);
  expect(await runProgram(['users', 'unlock', 'GUS'], env)).toEqual({
    code: 0,
    stdout: 'GUS can log in again.\n',
    stderr: '',
  });
  for (const name of both) expect(await login(address, name, gus.password)).toBeUndefined();
});

describe('other tries', () => {
  it('counts each of many in one request', async () => {
    const { token } = await account(server, 'kim');
    const { perAccount } = attemptLimits.password;
    const tries = Array.from(
      { length: perAccount + 5 },
      (_, index) => `a${index}: validateUserPassword(input: { password: "wrong ${index}" }) { success }`,
    );
    const { data, errors } = await from(newAddress(), `mutation { ${tries.join(' ')} }`, {}, token);
    expect(codes(errors)).toEqual(Array(5).fill('TOO_MANY_ATTEMPTS'));
    expect(Object.values(data).filter((payload) => payload !== null)).toEqual(
      Array.from({ length: perAccount }, () => ({ success: false })),
    );
  });

  const hits = async (limit: number, ask: () => Promise<any>) => {
    const answers = codes((await times(limit + 1, ask)).map(({ errors }) => errors?.[0]));
    expect(answers.lastIndexOf('TOO_MANY_ATTEMPTS')).toBe(limit);
    expect(answers.indexOf('TOO_MANY_ATTEMPTS')).toBe(limit);
  };
  const asked = (of: TestAccount, query: string, input: () => object) => () =>
    from(newAddress(), query, { input: input() }, of.token);

  it('registerUser, by client', async () => {
    const address = newAddress();
    let number = 0;
    await hits(attemptLimits.register.perAddress, () => {
      const username = `many-${++number}`;
      return from(address, registerMutation, {
        input: { username, email: `${username}@example.com`, password: 'another good one' },
      });
    });
  });

  it('requestPasswordReset, by address asked for, whether or not it has an account, and by client', async () => {
    const request = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { email } }`;
    const hal = await account(server, 'hal');
    for (const email of [hal.email, 'nobody@example.com'])
      await hits(attemptLimits['password-reset'].perAccount, () => from(newAddress(), request, { input: { email } }));
    const address = newAddress();
    let number = 0;
    await hits(attemptLimits['password-reset'].perAddress, () =>
      from(address, request, { input: { email: `n${++number}@example.com` } }),
    );
  });

  it('validateUserPassword and changeUserPassword together, by account', async () => {
    const ivy = await account(server, 'ivy');
    const validate = `mutation ($input: ValidateUserPasswordInput!) { validateUserPassword(input: $input) { success } }`;
    const change = `mutation ($input: ChangeUserPasswordInput!) { changeUserPassword(input: $input) { token } }`;
    await hits(
      attemptLimits.password.perAccount,
      asked(ivy, validate, () => ({ password: 'not it at all' })),
    );
    expect(
      await refusalOf(ivy.ask)(change, { input: { oldPassword: ivy.password, password: 'another good one' } }),
    ).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });

  it('requestValidationEmail and changeUserEmail, by account', async () => {
    const jan = await account(server, 'jan');
    const request = `mutation ($input: RequestValidationEmailInput!) { requestValidationEmail(input: $input) { success } }`;
    const change = `mutation ($input: ChangeUserEmailInput!) { changeUserEmail(input: $input) { user { id } } }`;
    await hits(
      attemptLimits['email-validation'].perAccount,
      asked(jan, request, () => ({})),
    );
    let number = 0;
    await hits(
      attemptLimits['email-change'].perAccount,
      asked(jan, change, () => ({ newEmail: `jan${++number}@example.com` })),
    );
  });
});
