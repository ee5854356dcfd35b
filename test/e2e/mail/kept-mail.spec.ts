import { eventually } from '../../kit/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { json } from '../../kit/operator.js';
import { startServer, type TestServer } from '../../kit/server.js';
import { linkIn, register, waybillOf } from './kit.js';

let database: TestDatabase;
let server: TestServer;
const waybill = (...args: string[]) => waybillOf(server, database)(...args);

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ database });
  await register(server, 'ada');
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

it('a mail that cannot be sent is kept, and the log says where, without the address and the link', async () => {
  await eventually(() =>
    expect(server.output()).toContain('mail kept, since SMTP_URL is not set: see \\"waybill mail show 1\\"'),
  );
  expect(server.output()).not.toMatch(/ada@example|wbl_/);
  const { rows } = await database.pool.query('SELECT m::text AS text FROM store.mails m');
  expect(rows).toHaveLength(1);
  expect(rows[0].text).not.toMatch(/ada|wbl_|http/);
});

it('mail list and mail show show it, as text and as JSON', async () => {
  expect(json(await waybill('mail', 'list', '--json'))).toMatchObject([
    {
      number: 1,
      template: 'email-validation',
      userId: expect.stringMatching(/^user-\d+$/),
      state: 'kept',
      sentAt: null,
    },
  ]);
  const { code, stdout } = await waybill('mail', 'show', '1');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^to +ada@example\.com$/m);
  expect(stdout).toContain('Hello ada,');
  const link = linkIn(stdout);
  expect(link.origin).toBe(`http://localhost:${new URL(server.url).port}`);
  const { body } = json(await waybill('mail', 'show', '1', '--json'));
  expect(body).toMatchObject({ to: 'ada@example.com', subject: 'Confirm your e-mail address' });
  expect(body.html).toContain(link.href);
});

it('there is no other mail', async () => {
  for (const number of ['2', 'x', '-1', '99999999999999999999'])
    expect(await waybill('mail', 'show', '--', number)).toMatchObject({
      code: 3,
      stderr: `There is no mail ${number}.\n`,
    });
});

it('what was kept for an account cannot be read any more when the account is erased', async () => {
  expect((await waybill('users', 'erase', 'ada', '--yes')).code).toBe(0);
  const { code, stdout } = await waybill('mail', 'show', '1');
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nerased\n$/);
  expect(stdout).not.toMatch(/ada|http/);
  expect(json(await waybill('mail', 'show', '1', '--json')).body).toBe('erased');
});
