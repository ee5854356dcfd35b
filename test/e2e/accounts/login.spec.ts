import { accounts } from '../../../src/accounts/accounts.silo.js';
import { AccountsService } from '../../../src/accounts/accounts.service.js';
import { RegisterUser, userAggregate } from '../../../src/accounts/user/user.commands.js';
import { UserPasswords } from '../../../src/accounts/user/user.passwords.js';
import { UserQueries } from '../../../src/accounts/user/user.queries.js';
import { Attempts } from '../../../src/core/auth/attempts.js';
import { verifyAgainstNobody } from '../../../src/core/auth/passwords.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { startInstance, system, type TestInstance } from '../../kit/instance.js';

let database: TestDatabase;
let instance: TestInstance;

beforeAll(async () => {
  database = await createTestDatabase();
  instance = await startInstance(database.url, [accounts]);
});

afterAll(async () => {
  await instance.stop();
  await database.drop();
});

const caller = () => ({ execute: instance.executeAs(system), clientAddress: '127.0.0.1', userAgent: undefined });

function userPasswords(): UserPasswords {
  const { core } = instance;
  const attempts = new Attempts(core.pool, core.attemptKeys, 1);
  const accountsService = new AccountsService(core.store, core.reader);
  return new UserPasswords(attempts, accountsService, new UserQueries(core.readModel), core.reader, core.linkTokens);
}

/** An account as it comes from Django. The hash is of Django's own documentation: the password is "lètmein". */
async function takenOver(number: number, username: string): Promise<() => Promise<string>> {
  const registration = {
    number,
    username,
    email: `${username}@example.com`,
    fullName: '',
    passwordHash: 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=',
    isOperator: false,
    acceptedTerms: true,
    intent: null,
  };
  const { execute } = caller();
  await execute(new RegisterUser(`user-${number}`, registration, '3f0c3a52-6f0b-4c8e-9a53-1d3f5b0c7e21'));
  return async () => {
    const { state } = await instance.core.reader.load(userAggregate, `user-${number}`);
    return state.status === 'active' ? state.passwordHash : state.status;
  };
}

it('takes an account over from Django: the first login hashes its password anew, and the next one finds it so', async () => {
  const hash = await takenOver(900, 'old-hand');
  const passwords = userPasswords();
  expect((await passwords.login('old-hand', 'lètmein', caller())).username).toBe('old-hand');
  const renewed = await hash();
  expect(renewed).toMatch(/^\$argon2id\$/);
  await passwords.login('old-hand', 'lètmein', caller());
  expect(await hash()).toBe(renewed);
});

it('answers a wrong password no sooner for a name that nobody has', async () => {
  const began = performance.now();
  await expect(userPasswords().login('nobody-at-all', 'not it', caller())).rejects.toMatchObject({
    code: 'INVALID_CREDENTIALS',
  });
  // Timers may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(48);
});

it('lets everybody in who logs in at once, while the password is hashed anew', async () => {
  await takenOver(901, 'busy');
  const passwords = userPasswords();
  const logins = await Promise.allSettled(
    Array.from({ length: 6 }, () => passwords.login('busy', 'lètmein', caller())),
  );
  expect(logins.map(({ status }) => status)).toEqual(Array(6).fill('fulfilled'));
});

it('does not count a try that nobody looked at, since too many hashes were under way', async () => {
  await takenOver(902, 'patient');
  const passwords = userPasswords();
  const { pool } = instance;
  const counted = async () => (await pool.query('SELECT sum(tries)::int AS sum FROM store.attempts')).rows[0].sum;
  const before = await counted();
  // As many as run and wait, all the time.
  const rush = new AbortController();
  const crowd = Array.from({ length: 66 }, async () => {
    while (!rush.signal.aborted) await verifyAgainstNobody('not it at all');
  });
  const refusals = await Promise.all([
    passwords.login('patient', 'lètmein', caller()).catch((error: unknown) => error),
    passwords.fits('user-902', 'lètmein').catch((error: unknown) => error),
  ]);
  expect(refusals).toEqual(Array(2).fill(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' })));
  rush.abort();
  await Promise.all(crowd);
  expect(await counted()).toBe(before);
});
