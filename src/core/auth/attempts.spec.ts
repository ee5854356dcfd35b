import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { eventually } from '../../../test/kit/eventually.js';
import { Refusal } from '../errors/refusal.js';
import { attemptLimits, type AttemptScope } from './attempt-limits.js';
import { AttemptKeys, Attempts, deleteOldAttempts, forgetAttempts, type Attempt, type Trier } from './attempts.js';

let database: TestDatabase;
let attempts: Attempts;
const keys = new AttemptKeys(randomBytes(32));
const { perAccountAndAddress, perAccount, perAddress, windowSeconds } = attemptLimits.login;

beforeAll(async () => {
  database = await createTestDatabase();
  attempts = new Attempts(database.pool, keys, 1);
});

afterAll(() => database.drop());

/** The refusal, or null for a try that was counted. */
const refusalOf = (scope: AttemptScope, trier: Trier): Promise<Refusal | null> =>
  attempts.count(scope, trier).then(
    () => null,
    (error: Refusal) => error,
  );
async function counted(times: number, trier: () => Trier): Promise<void> {
  for (let i = 0; i < times; i++) expect(await refusalOf('login', trier())).toBeNull();
}
let addresses = 0;
const newAddress = () => `10.${(++addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
const rowsOf = async () => (await database.pool.query('SELECT t::text AS text FROM store.attempts t')).rows;

it('refuses an address that tries one account too often, and says for how long', async () => {
  const trier = { account: randomUUID(), address: newAddress() };
  await counted(perAccountAndAddress, () => trier);
  const refusal = await refusalOf('login', trier);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal!.code).toBe('TOO_MANY_ATTEMPTS');
  expect(refusal!.details.retryAfterSeconds).toBeGreaterThan(windowSeconds - 60);
  expect(refusal!.details.retryAfterSeconds).toBeLessThanOrEqual(windowSeconds);
});

it('lets others try the same account, and the address others', async () => {
  const [account, address] = [randomUUID(), newAddress()];
  await counted(perAccountAndAddress, () => ({ account, address }));
  await counted(1, () => ({ account, address: newAddress() }));
  await counted(1, () => ({ account: randomUUID(), address }));
});

it('counts nothing of a refused try: one address cannot lock the owner out', async () => {
  const [account, address] = [randomUUID(), newAddress()];
  await counted(perAccountAndAddress, () => ({ account, address }));
  for (let i = 0; i < perAccount; i++) expect(await refusalOf('login', { account, address })).not.toBeNull();
  await counted(1, () => ({ account, address: newAddress() }));
});

it('refuses an account that is tried from everywhere, and an address that tries everybody', async () => {
  const [account, address] = [randomUUID(), newAddress()];
  await counted(perAccount, () => ({ account, address: newAddress() }));
  expect(await refusalOf('login', { account, address: newAddress() })).not.toBeNull();
  await counted(perAddress, () => ({ account: randomUUID(), address }));
  expect(await refusalOf('login', { account: randomUUID(), address })).not.toBeNull();
});

it('lets no try through that others have used up meanwhile', async () => {
  const trier = { account: randomUUID(), address: newAddress() };
  await counted(1, () => trier);
  const pool = new pg.Pool({ connectionString: database.url, max: perAccountAndAddress + 5 });
  const holder = await database.pool.connect();
  try {
    // All of them see one try, and wait for their turn to count.
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM store.attempts FOR UPDATE');
    const together = new Attempts(pool, keys, 1);
    const tries = Array.from({ length: perAccountAndAddress + 5 }, () => together.count('login', trier));
    const outcomes = Promise.allSettled(tries);
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`;
    await eventually(async () =>
      expect((await database.pool.query(waiting, [database.name])).rows[0].n).toBe(tries.length),
    );
    await holder.query('COMMIT');
    expect((await outcomes).filter(({ status }) => status === 'fulfilled').length).toBe(perAccountAndAddress - 1);
  } finally {
    holder.release();
    await pool.end();
  }
});

it('gives the try of a success back', async () => {
  const trier = { account: randomUUID(), address: newAddress() };
  const given: Attempt[] = [];
  for (let i = 0; i < perAccountAndAddress; i++) given.push(await attempts.count('login', trier));
  await Promise.all(given.slice(0, 3).map((attempt) => attempt.giveBack()));
  await counted(3, () => trier);
  expect(await refusalOf('login', trier)).not.toBeNull();
});

it('begins anew when the window is over', async () => {
  const trier = { account: randomUUID(), address: newAddress() };
  await counted(perAccountAndAddress, () => trier);
  await database.pool.query(`UPDATE store.attempts SET expires_at = now()`);
  await counted(perAccountAndAddress, () => trier);
  expect(await refusalOf('login', trier)).not.toBeNull();
});

it('counts IPv6 by /64', async () => {
  const account = randomUUID();
  let host = 0;
  await counted(perAccountAndAddress, () => ({ account, address: `2001:db8:0:1::${(++host).toString(16)}` }));
  expect(await refusalOf('login', { account, address: '2001:db8:0:1:ffff::1' })).not.toBeNull();
  await counted(1, () => ({ account, address: '2001:db8:0:2::1' }));
});

it('keeps scopes apart, and limits only what a scope names', async () => {
  const account = randomUUID();
  for (let i = 0; i < attemptLimits.password.perAccount; i++)
    expect(await refusalOf('password', { account })).toBeNull();
  expect(await refusalOf('password', { account })).not.toBeNull();
  expect(await refusalOf('email-change', { account })).toBeNull();
});

it('forgets an account in every scope and from every address, and nothing else', async () => {
  const [account, other, address] = [randomUUID(), randomUUID(), newAddress()];
  for (const tried of [account, other]) await counted(perAccountAndAddress, () => ({ account: tried, address }));
  for (let i = 0; i < attemptLimits.password.perAccount; i++) await attempts.count('password', { account });
  expect(await forgetAttempts(database.pool, keys, [account])).toBe(3);
  await counted(1, () => ({ account, address }));
  expect(await refusalOf('password', { account })).toBeNull();
  expect(await refusalOf('login', { account: other, address })).not.toBeNull();
});

it('multiplies the limits by the factor; with 0 it counts nothing', async () => {
  const trier = { account: randomUUID(), address: newAddress() };
  const twice = new Attempts(database.pool, keys, 2);
  for (let i = 0; i < perAccountAndAddress * 2; i++) await twice.count('login', trier);
  await expect(twice.count('login', trier)).rejects.toThrow(Refusal);
  const off = new Attempts(database.pool, keys, 0);
  await (await off.count('login', trier)).giveBack();
  expect(await refusalOf('login', trier)).not.toBeNull();
});

it('holds no name and no address, and deletes what is over', async () => {
  await database.pool.query('TRUNCATE store.attempts');
  await counted(1, () => ({ account: 'ada.secret@example.com', address: '192.0.2.77' }));
  const rows = await rowsOf();
  expect(rows).toHaveLength(3);
  for (const secret of ['ada', '192.0.2']) expect(JSON.stringify(rows)).not.toContain(secret);
  expect(await deleteOldAttempts(database.pool)).toBe(0);
  await database.pool.query(`UPDATE store.attempts SET expires_at = now() - interval '1 second' WHERE account <> ''`);
  expect(await deleteOldAttempts(database.pool)).toBe(2);
  expect(await rowsOf()).toHaveLength(1);
});
