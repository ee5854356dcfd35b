import { accounts } from '../../../src/accounts/accounts.silo.js';
import { AccountsService } from '../../../src/accounts/accounts.service.js';
import { RegisterUser, userAggregate } from '../../../src/accounts/user/user.commands.js';
import { UserPasswords } from '../../../src/accounts/user/user.passwords.js';
import { UserQueries } from '../../../src/accounts/user/user.queries.js';
import { Attempts } from '../../../src/core/auth/attempts.js';
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

it('takes an account over from Django: the first login hashes its password anew, and the next one finds it so', async () => {
  const { core } = instance;
  const execute = instance.executeAs(system);
  const attempts = new Attempts(core.pool, core.attemptKeys, 1);
  const accountsService = new AccountsService(core.store, core.reader);
  const queries = new UserQueries(core.readModel);
  const passwords = new UserPasswords(attempts, accountsService, queries, core.reader, core.linkTokens);
  const caller = { execute, clientAddress: '127.0.0.1', userAgent: undefined };
  // Of Django's own documentation: the password is "lètmein".
  const passwordHash = 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=';
  const registration = {
    number: 900,
    username: 'old-hand',
    email: 'old@example.com',
    fullName: '',
    passwordHash,
    isOperator: false,
    acceptedTerms: true,
    intent: null,
  };
  await execute(new RegisterUser('user-900', registration, '3f0c3a52-6f0b-4c8e-9a53-1d3f5b0c7e21'));
  const hash = async () => {
    const { state } = await core.reader.load(userAggregate, 'user-900');
    return state.status === 'active' ? state.passwordHash : state.status;
  };

  expect((await passwords.login('old-hand', 'lètmein', caller)).username).toBe('old-hand');
  const renewed = await hash();
  expect(renewed).toMatch(/^\$argon2id\$/);
  await passwords.login('old-hand', 'lètmein', caller);
  expect(await hash()).toBe(renewed);
});
