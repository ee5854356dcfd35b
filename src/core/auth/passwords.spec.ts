import { hash as argon2Hash } from '@node-rs/argon2';
import { verifyDjangoHash } from './django-password.js';
import {
  assertPasswordLength,
  hashPassword,
  needsRehash,
  passwordRules,
  verifyAgainstNobody,
  verifyPassword,
} from './passwords.js';

const password = 'correct horse battery';
/** The second is a vector of Django's own tests. Its password is shorter than ours may be: old ones must still log in. */
const djangoHash = 'pbkdf2_sha256$600$x9Kd2sPq$42sCxutSPm7SNFhIJQJNeB6phdgigG8C5pPqSxnc+Gs=';
const djangoVector = 'pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=';

it('verifies the password that it hashed, and no other', async () => {
  const hash = await hashPassword(password);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
  expect(await verifyPassword(hash, password)).toBe(true);
  for (const other of ['', 'Correct horse battery', `${password} `, `${password}\0`]) {
    expect(await verifyPassword(hash, other)).toBe(false);
  }
});

it('salts', async () => {
  expect(await hashPassword(password)).not.toBe(await hashPassword(password));
});

it('counts bytes, not characters', async () => {
  const euro = '€'; // three bytes
  expect(() => assertPasswordLength(euro.repeat(2))).toThrow('breaks a rule');
  expect(() => assertPasswordLength(euro.repeat(3))).not.toThrow();
  expect(() => assertPasswordLength(euro.repeat(341))).not.toThrow();
  expect(() => assertPasswordLength(euro.repeat(342))).toThrow('breaks a rule');
  expect(await verifyPassword(await hashPassword('é'.repeat(512)), 'é'.repeat(512))).toBe(true);
});

it('names the field and the rule', async () => {
  await expect(hashPassword('1234567')).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    details: { field: 'password', rule: 'minBytes 8' },
  });
  await expect(hashPassword('x'.repeat(1025), 'newPassword')).rejects.toMatchObject({
    details: { field: 'newPassword', rule: 'maxBytes 1024' },
  });
});

it('does not hash a password that is longer than any can be', async () => {
  const long = 'x'.repeat(passwordRules.maxBytes + 1);
  expect(await verifyPassword(await argon2Hash(long), long)).toBe(false);
});

it('says no to everybody who does not exist', async () => {
  for (const text of ['', password, 'erased']) expect(await verifyAgainstNobody(text)).toBe(false);
});

it.each(['', 'erased', '!', 'pbkdf2_sha256$', 'pbkdf2_sha256$0$salt$', `${djangoHash}x`, 'bcrypt$x'])(
  'says no to the hash %j',
  async (hash) => expect(await verifyPassword(hash, password)).toBe(false),
);

it('reports a damaged hash, for then the log is at fault and not the user', async () => {
  await expect(verifyPassword('$argon2id$v=19$m=19456,t=2,p=1$damaged', password)).rejects.toThrow();
});

it('verifies the hashes of Django', async () => {
  expect(await verifyPassword(djangoHash, password)).toBe(true);
  expect(await verifyPassword(djangoHash, 'correct horse Battery')).toBe(false);
  expect(await verifyPassword(djangoVector, 'lètmein')).toBe(true);
  expect(await verifyPassword(djangoVector.replace('seasalt', 'peasalt'), 'lètmein')).toBe(false);
  await expect(verifyDjangoHash('pbkdf2_sha256$', password)).rejects.toThrow('Not a pbkdf2_sha256 hash.');
});

it('wants a new hash for Django and for other costs, not for its own', async () => {
  expect(needsRehash(await hashPassword(password))).toBe(false);
  const costs = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
  expect(needsRehash(await argon2Hash(password, costs))).toBe(false);
  expect(needsRehash(await argon2Hash(password, { ...costs, timeCost: 1 }))).toBe(true);
  expect(needsRehash(await argon2Hash(password, { ...costs, memoryCost: 8 * 1024 }))).toBe(true);
  expect(needsRehash(await argon2Hash(password, { ...costs, outputLen: 16 }))).toBe(true);
  expect(needsRehash(await argon2Hash(password, { ...costs, algorithm: 1 }))).toBe(true);
  expect(needsRehash(djangoHash)).toBe(true);
});

it('refuses at once what would wait too long, and answers all others', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => verifyAgainstNobody(password)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(66);
  const refused = outcomes.slice(66);
  expect(refused).toHaveLength(4);
  for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'TOO_MANY_REQUESTS' } });
});

it('takes as long for nobody as for somebody', async () => {
  const hash = await hashPassword(password);
  const cpuOf = async (work: () => Promise<unknown>) => {
    const before = process.cpuUsage();
    for (let i = 0; i < 10; i++) await work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [somebody, nobody] = [
    await cpuOf(() => verifyPassword(hash, 'wrong password')),
    await cpuOf(() => verifyAgainstNobody('x')),
  ];
  // Processor time, not the clock: neighbours on the machine do not count. A short cut would be some hundred times faster.
  expect(nobody).toBeGreaterThan(somebody / 3);
});
