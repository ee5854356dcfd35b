import { KeyRing, generateRingKey } from '../../src/core/crypto/key-ring.js';
import { DataKeys } from '../../src/core/event-store/data-keys.js';
import { Mailer } from '../../src/core/mail/mailer.js';
import { findMail, forgetOldMails, listMails } from '../../src/core/mail/mails.js';
import { DeliveryError, type Letter, type Transport } from '../../src/core/mail/transport.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let database: TestDatabase;
let dataKeys: DataKeys;
let sent: Letter[];
let logged: string[];
const key = { eventPosition: 7, template: 'greeting', userId: 'user-1' };
const content = { subject: 'Hello', greeting: 'Hello Ada,', before: ['the link is live'], action: null, after: [] };
const address = 'ada@example.com';
const { signal } = new AbortController();

beforeEach(async () => {
  database = await createTestDatabase();
  dataKeys = new DataKeys(database.pool, new KeyRing([generateRingKey()]));
  await dataKeys.system('user-1');
  [sent, logged] = [[], []];
});
afterEach(() => database.drop());

const taking: Transport = { send: async (letter) => void sent.push(letter) };
const refusing = (isPermanent: boolean): Transport => ({
  send: async () => {
    throw new DeliveryError('RCPT TO: 550', isPermanent);
  },
});
const mailer = (transport: Transport | null, publicUrl = 'https://packages.example.com') =>
  new Mailer({
    pool: database.pool,
    dataKeys,
    transport,
    from: null,
    publicUrl: () => publicUrl,
    incarnation: 'x',
    log: { info: (line) => void logged.push(line) },
  });
const mails = () => listMails(database.pool, 10);

it('sends the mail of an event once, however often it is asked to', async () => {
  await mailer(taking).send(key, address, content, signal);
  await mailer(taking).send(key, address, content, signal);
  expect(sent).toMatchObject([
    { to: address, subject: 'Hello', from: { name: 'Waybill', address: 'no-reply@packages.example.com' } },
  ]);
  expect(await mails()).toMatchObject([
    { number: 1, ...key, state: 'sent', sentAt: expect.any(Date), lastError: null },
  ]);
  expect(await findMail(database.pool, dataKeys, 1)).toMatchObject({ body: null });
});

it('gives every mail an id of its own, and a second try of a mail the same', async () => {
  await expect(mailer(refusing(false)).send(key, address, content, signal)).rejects.toThrow('RCPT TO: 550');
  expect(await mails()).toMatchObject([{ state: 'waiting', lastError: 'RCPT TO: 550', sentAt: null }]);
  // Even when the sender's host has another name by then.
  await mailer(taking, 'https://elsewhere.example.com').send(key, address, content, signal);
  await mailer(taking).send({ ...key, template: 'other' }, address, content, signal);
  await mailer(taking).send({ ...key, userId: 'user-2' }, address, content, signal);
  await mailer(taking).send({ ...key, eventPosition: 8 }, address, content, signal);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(4);
  expect((await mails()).at(-1)).toMatchObject({ state: 'sent', messageId: sent[0]!.messageId, lastError: null });
  expect(sent[0]!.messageId).toMatch(/^<[0-9a-f]{32}@packages\.example\.com>$/);
});

it('fails for good when the server refuses for good, and can be told to try all the same', async () => {
  await expect(mailer(refusing(true)).send(key, address, content, signal)).rejects.toMatchObject({
    name: 'PermanentFailure',
    message: 'mail 1: RCPT TO: 550',
  });
  expect(await mails()).toMatchObject([{ state: 'failed', lastError: 'RCPT TO: 550' }]);
  await mailer(taking).send(key, address, content, signal);
  expect(await mails()).toMatchObject([{ state: 'sent' }]);
});

it('drops what has nothing to say any more, but nothing that is sent', async () => {
  await mailer(taking).drop(key, 'never taken');
  expect(await mails()).toEqual([]);
  await expect(mailer(refusing(false)).send(key, address, content, signal)).rejects.toThrow();
  await mailer(taking).drop(key, 'the link is over');
  expect(await mails()).toMatchObject([{ state: 'dropped', lastError: 'the link is over' }]);
  await mailer(taking).send({ ...key, eventPosition: 8 }, address, content, signal);
  await mailer(taking).drop({ ...key, eventPosition: 8 }, 'too late');
  expect((await mails())[0]).toMatchObject({ state: 'sent' });
});

it('uses the name that a host with an address for a name has for itself', async () => {
  await mailer(taking, 'http://127.0.0.1:4000').send(key, address, content, signal);
  expect(sent[0]!.from.address).toBe('no-reply@localhost');
});

describe('without a mail server', () => {
  it('keeps the mail once, sealed, and says where it is', async () => {
    await mailer(null).send(key, address, content, signal);
    await mailer(null).send(key, address, content, signal);
    await mailer(taking).send(key, address, content, signal);
    expect(sent).toEqual([]);
    expect(logged).toEqual(['mail kept, since SMTP_URL is not set: see "waybill mail show 1"']);
    const { rows } = await database.pool.query('SELECT m::text AS text FROM store.mails m');
    expect(rows).toHaveLength(1);
    expect(rows[0].text).not.toMatch(/ada|live/i);
    expect(await findMail(database.pool, dataKeys, 1)).toMatchObject({
      state: 'kept',
      body: { to: address, subject: 'Hello', text: 'Hello Ada,\n\nthe link is live\n', html: expect.any(String) },
    });
  });

  it('cannot show it any more when its reader is erased, and keeps none for such a one', async () => {
    await mailer(null).send(key, address, content, signal);
    await database.pool.query(
      `UPDATE store.data_keys SET wrapped = NULL, ring_key_id = NULL, erased_at = now() WHERE subject = 'user-1'`,
    );
    expect(await findMail(database.pool, dataKeys, 1)).toMatchObject({ state: 'kept', body: 'erased' });
    await mailer(null).send({ ...key, eventPosition: 8 }, address, content, signal);
    expect((await mails())[0]).toMatchObject({ state: 'dropped' });
  });
});

it('forgets mails after ninety days', async () => {
  for (const eventPosition of [1, 2]) await mailer(taking).send({ ...key, eventPosition }, address, content, signal);
  await database.pool.query(`UPDATE store.mails SET created_at = now() - interval '91 days' WHERE event_position = 1`);
  expect(await forgetOldMails(database.pool)).toBe(1);
  expect(await mails()).toMatchObject([{ eventPosition: 2 }]);
});
