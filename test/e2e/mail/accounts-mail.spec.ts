import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { startMailServer, type MailServer, type ReceivedMail } from '../../kit/mail-server.js';
import { startServer, type TestServer } from '../../kit/server.js';
import { linkIn, register, requestReset, waybillOf } from './kit.js';

let database: TestDatabase;
let smtp: MailServer;
let server: TestServer;
const login = { user: 'sender', password: 'the password of the mail server' };

beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMailServer({ login, tls: 'starttls' });
  const SMTP_URL = `smtp://sender:${encodeURIComponent(login.password)}@127.0.0.1:${smtp.port}?tls=unverified`;
  const env = { SMTP_URL, WAYBILL_PUBLIC_URL: 'https://packages.example.com', WAYBILL_LOG_LEVEL: 'trace' };
  server = await startServer({ database, env });
});

afterAll(async () => {
  await server.stop();
  await smtp.close();
  await database.drop();
});

const mailsTo = (address: string) => smtp.received.filter(({ envelope }) => envelope.to.includes(address));

/** The mails to an address, when there are so many and nothing is under way that could bring another. */
async function settled(address: string, count: number): Promise<ReceivedMail[]> {
  return eventually(async () => {
    expect(mailsTo(address)).toHaveLength(count);
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM graphile_worker.jobs');
    expect(rows[0].n).toBe(0);
    const behind = `SELECT count(*)::int AS n FROM store.checkpoints c JOIN store.events e ON e.partition = c.partition AND e.position > c.position`;
    expect((await database.pool.query(behind)).rows[0].n).toBe(0);
    return mailsTo(address);
  });
}

it('registration brings one mail with a link that proves the address', async () => {
  const token = await register(server, 'ada');
  const [{ mail, source, envelope }] = (await settled('ada@example.com', 1)) as [ReceivedMail];
  expect(envelope).toEqual({ from: 'no-reply@packages.example.com', to: ['ada@example.com'] });
  expect(mail).toMatchObject({ subject: 'Confirm your e-mail address', text: expect.stringContaining('Hello ada,') });
  expect(mail.from!.text).toBe('"Waybill" <no-reply@packages.example.com>');
  expect(mail.messageId).toMatch(/^<[0-9a-f]{32}@packages\.example\.com>$/);
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(source).toMatch(/^Content-Type: multipart\/alternative;/m);

  const link = linkIn(mail.text!);
  expect(link.origin + link.pathname).toBe('https://packages.example.com/auth/email');
  expect(mail.html).toContain(`href="${link.href}"`);
  const validate = 'mutation ($input: ValidateUserEmailInput!) { validateUserEmail(input: $input) { user { id } } }';
  const input = { challenge: link.searchParams.get('token') };
  expect((await graphql(server.graphqlUrl, validate, { input })).errors).toBeUndefined();
  const { data } = await graphql(server.graphqlUrl, '{ viewer { isEmailValidated } }', {}, token);
  expect(data.viewer.isEmailValidated).toBe(true);
});

it('a lost password is replaced by the link of one mail, and a second mail tells of it', async () => {
  await register(server, 'bob');
  await settled('bob@example.com', 1);
  await requestReset(server, 'bob');
  const { mail } = (await settled('bob@example.com', 2))[1]!;
  expect(mail.subject).toBe('Choose a new password');
  const link = linkIn(mail.text!);
  expect(link.origin + link.pathname).toBe('https://packages.example.com/auth/reset');

  const change = 'mutation ($input: ChangeUserPasswordInput!) { changeUserPassword(input: $input) { token } }';
  const input = { token: link.searchParams.get('token'), password: 'another horse of bob' };
  expect((await graphql(server.graphqlUrl, change, { input })).data.changeUserPassword.token).toEqual(
    expect.any(String),
  );
  const notice = (await settled('bob@example.com', 3))[2]!.mail;
  expect(notice.subject).toBe('Your password was changed');
  expect(notice.text).toContain('packages.example.com');
  expect(notice.text).not.toContain('http');
});

it('a new address gets a link, and the old one is told without being told the new one', async () => {
  const token = await register(server, 'dan');
  await settled('dan@example.com', 1);
  const change = 'mutation { changeUserEmail(input: { newEmail: "dan.new@example.org" }) { user { id } } }';
  expect((await graphql(server.graphqlUrl, change, {}, token)).errors).toBeUndefined();
  const [link] = await settled('dan.new@example.org', 1);
  expect(link!.mail.subject).toBe('Confirm your e-mail address');
  const notice = (await settled('dan@example.com', 2))[1]!.mail;
  expect(notice.subject).toBe('Your e-mail address was changed');
  expect(notice.text).not.toContain('dan.new');
});

it('an address that nobody has gets nothing', async () => {
  const before = smtp.received.length;
  await requestReset(server, 'nobody');
  await settled('nobody@example.com', 0);
  expect(smtp.received).toHaveLength(before);
});

it('mails are listed without a trace of who got them and what they said', async () => {
  const { code, stdout } = await waybillOf(server, database)('mail', 'list');
  expect(code).toBe(0);
  expect(stdout).toMatch(/password-reset +user-\d+ +sent/);
  const { rows } = await database.pool.query('SELECT m::text AS text FROM store.mails m');
  const found = stdout + rows.map(({ text }) => text).join('\n');
  expect(found).not.toMatch(/example\.(com|org)(?!>)|wbl_/);
});

it('neither the log nor any job holds an address, a link or the password of the mail server', async () => {
  const { rows } = await database.pool.query('SELECT j::text AS text FROM graphile_worker._private_jobs j');
  const output = server.output() + rows.map(({ text }) => text).join('\n');
  expect(output).toContain('"level":"debug"');
  expect(output).not.toMatch(/@example\.(com|org)|wbl_[\w-]{8}/);
  expect(output).not.toContain(login.password);
  expect(output).not.toContain(encodeURIComponent(login.password));
});
