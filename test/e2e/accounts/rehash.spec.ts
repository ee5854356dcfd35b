import { accounts } from '../../../src/accounts/accounts.silo.js';
import { AccountsService } from '../../../src/accounts/accounts.service.js';
import { RegisterUser, userAggregate } from '../../../src/accounts/user/user.commands.js';
import { UserQueries } from '../../../src/accounts/user/user.queries.js';
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
  const service = new AccountsService(core.store, core.reader, new UserQueries(core.readModel));
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
  await execute(new RegisterUser('user-900', registration));
  const hash = async () => {
    const { state } = await core.reader.load(userAggregate, 'user-900');
    return state.status === 'active' ? state.passwordHash : state.status;
  };

  const origin = { userAgent: null, address: null };
  expect((await service.login('old-hand', 'lètmein', execute, origin)).username).toBe('old-hand');
  const renewed = await hash();
  expect(renewed).toMatch(/^\$argon2id\$/);
  await service.login('old-hand', 'lètmein', execute, origin);
  expect(await hash()).toBe(renewed);
});
