import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { makeDataFolder, removeDataFolder } from '../kit/data-folder.js';
import { eventually } from '../kit/eventually.js';
import { startMailServer, type MailServer, type MailServerOptions } from '../kit/mail-server.js';
import { json } from '../kit/operator.js';
import { startServer, type TestServer } from '../kit/server.js';
import { register, requestReset, waybillOf } from '../e2e/mail/kit.js';

/** Mail when the process, the mail server, or what it says, is not as one would wish. */
let database: TestDatabase;
let dataDir: string;
let smtp: MailServer;
let servers: TestServer[];

async function open(): Promise<void> {
  database = await createTestDatabase();
  dataDir = makeDataFolder();
  servers = [];
}

async function close(): Promise<void> {
  for (const server of servers) await server.stop();
  await database.drop();
  await removeDataFolder(dataDir);
}

afterEach(() => smtp.close().catch(() => undefined));

async function listen(options: MailServerOptions = {}): Promise<MailServer> {
  return (smtp = await startMailServer(options));
}

async function start(): Promise<TestServer> {
  const server = await startServer({ database, dataDir, env: { SMTP_URL: `smtp://127.0.0.1:${smtp.port}` } });
  servers.push(server);
  return server;
}

async function kill(server: TestServer): Promise<void> {
  await server.kill();
  servers = servers.filter((other) => other !== server);
}

const waybill = (...args: string[]) => waybillOf(servers[0]!, database)(...args);
const jobs = async () => json(await waybill('jobs', 'list', '--json')) as { id: string; lastError: string | null }[];
const states = async (after = 0) =>
  (
    await database.pool.query('SELECT template, state FROM store.mails WHERE number > $1 ORDER BY number', [after])
  ).rows.map((row) => `${row.template} ${row.state}`);
const noJobsNow = async () => {
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM graphile_worker.jobs');
  expect(rows[0].n).toBe(0);
};
const noJobs = () => eventually(noJobsNow);
const subjects = () => smtp.received.map(({ mail }) => mail.subject);

describe('one service and its mail server', () => {
  let server: TestServer;
  let port: number;
  /** The number of the last mail of the tests before. */
  let before: number;

  beforeAll(async () => {
    await open();
    await listen();
    port = smtp.port;
    server = await start();
    await smtp.close();
  });
  beforeEach(async () => {
    const { rows } = await database.pool.query('SELECT coalesce(max(number), 0)::int AS number FROM store.mails');
    before = rows[0].number;
  });
  afterAll(close);

  it('the mail server is away: the mail is tried again until it is back, and the job says why it waits', async () => {
    await register(server, 'ada');
    await eventually(async () =>
      expect(await jobs()).toMatchObject([{ state: 'waiting', lastError: expect.stringContaining('ECONNREFUSED') }]),
    );
    // As after many tries, when the next one is hours away: an operator can have it now.
    const [job] = await eventually(async () => {
      const { rows } = await database.pool.query(
        `UPDATE graphile_worker._private_jobs SET run_at = now() + interval '6 hours' WHERE locked_at IS NULL RETURNING id`,
      );
      expect(rows).toHaveLength(1);
      return rows;
    });
    await listen({ port });
    expect((await waybill('jobs', 'retry', job.id)).stdout).toBe(`Job ${job.id} is tried again.\n`);
    await eventually(() => expect(smtp.received).toHaveLength(1));
    await noJobs();
    expect((await waybill('jobs', 'list')).stdout).toBe('No job is waiting.\n');
  });

  it('a server that lets strangers wait gets the mail at the second try, without anybody’s help', async () => {
    await listen({ port });
    smtp.answer = (_, tries) => (tries === 1 ? { code: 451, text: '4.7.1 Greylisted' } : null);
    await register(server, 'bob');
    await eventually(() => expect(smtp.received).toHaveLength(1), 30_000);
    await noJobs();
    expect(smtp.received).toHaveLength(1);
  });

  it('an address that is refused for good is tried once; the mail shows it, and no job stays for somebody to mend', async () => {
    await listen({ port });
    smtp.answer = (address) => ({ code: 550, text: `5.1.1 <${address}>: unknown` });
    await register(server, 'carl');
    await eventually(async () => expect(await states(before)).toEqual(['email-validation failed']));
    await noJobs();
    expect((await waybill('mail', 'list')).stdout).toMatch(/email-validation .* failed .* RCPT TO: 550 5\.1\.1/);
    expect(server.output()).not.toContain('carl@example');
  });

  it('a mail that is refused for good is tried once; jobs and mail show it, without the address', async () => {
    await listen({ port, sizeBytes: 500 });
    await register(server, 'dora');
    await eventually(async () => expect(await states(before)).toEqual(['email-validation failed']));
    const failed = await eventually(async () => {
      const found = await waybill('jobs', 'list', '--failed', '--json');
      expect(json(found)).toMatchObject([
        {
          task: 'accounts/send-email-validation-mail',
          state: 'failed',
          attempts: 1,
          lastError: expect.stringMatching(/^mail \d+: DATA: 552/),
        },
      ]);
      return found;
    });
    expect(failed.code).toBe(4);
    const [{ id }] = json(failed);
    const shown = json(await waybill('jobs', 'show', id, '--json'));
    expect(shown.payload).toEqual({
      userId: expect.any(String),
      position: expect.any(Number),
      challengeId: expect.any(String),
    });
    expect((await waybill('mail', 'list')).stdout).toMatch(/email-validation .* failed .* DATA: 552/);
    expect(server.output() + JSON.stringify(shown)).not.toContain('dora@example');
    const { checks } = (await (await fetch(`${server.url}/readyz`)).json()) as { checks: object[] };
    expect(checks).toContainEqual({ name: 'jobs', ok: true, detail: expect.stringContaining('1 failed for good') });

    expect((await waybill('jobs', 'drop', id)).code).toBe(2);
    expect((await waybill('jobs', 'drop', id, '--yes')).stdout).toBe(`Job ${id} is dropped.\n`);
    for (const args of [
      ['show', id],
      ['retry', id],
      ['drop', id, '--yes'],
      ['show', 'x'],
    ])
      expect((await waybill('jobs', ...args)).code).toBe(3);
    expect((await waybill('jobs', 'list', '--failed')).code).toBe(0);
  });

  it('a link that was replaced while the mail server was away is not sent any more', async () => {
    await register(server, 'eve');
    await requestReset(server, 'eve');
    await eventually(async () => expect(await states(before)).toHaveLength(2));
    await requestReset(server, 'eve');
    await eventually(async () => expect(await states(before)).toHaveLength(3));
    await listen({ port });
    await eventually(async () => {
      // The pauses between tries are not what is tested here.
      await database.pool.query('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL');
      await noJobsNow();
    });
    expect(subjects().toSorted()).toEqual(['Choose a new password', 'Confirm your e-mail address']);
    expect((await states(before)).toSorted()).toEqual([
      'email-validation sent',
      'password-reset dropped',
      'password-reset sent',
    ]);
  });
});

describe('a database of its own', () => {
  beforeEach(open);
  afterEach(close);

  it('the process is killed between the event and the mail: after a restart exactly one comes', async () => {
    await listen();
    await smtp.close();
    await kill(await start().then(async (server) => (await register(server, 'ada'), server)));
    await listen({ port: smtp.port });
    await start();
    await eventually(() => expect(subjects()).toEqual(['Confirm your e-mail address']), 30_000);
    await noJobs();
    expect(subjects()).toHaveLength(1);
    expect(await states()).toEqual(['email-validation sent']);
  });

  it('the process is killed between the yes of the mail server and its note of it: the mail comes twice, with one id', async () => {
    let taken!: () => void;
    const isTaken = new Promise<void>((resolve) => (taken = resolve));
    let isFirst = true;
    await listen({
      beforeAnswer: async () => {
        if (!isFirst) return;
        isFirst = false;
        taken();
        await new Promise(() => undefined);
      },
    });
    const server = await start();
    await register(server, 'ada');
    await isTaken;
    await kill(server);
    await start();
    await eventually(() => expect(smtp.received).toHaveLength(2), 30_000);
    await noJobs();
    expect(new Set(smtp.received.map(({ mail }) => mail.messageId)).size).toBe(1);
    expect(smtp.received).toHaveLength(2);
  });

  it('two processes send each mail once', async () => {
    await listen();
    const [first, second] = [await start(), await start()];
    const names = Array.from({ length: 10 }, (_, n) => `person${n}`);
    await Promise.all(names.map((name, n) => register(n % 2 === 0 ? first : second, name)));
    await eventually(() => expect(smtp.received.length).toBeGreaterThanOrEqual(10));
    await noJobs();
    expect(smtp.received.flatMap(({ envelope }) => envelope.to).toSorted()).toEqual(
      names.map((name) => `${name}@example.com`).toSorted(),
    );
  });

  it('a rebuild of all read models, and the takeover from a killed process, send nothing twice', async () => {
    await listen();
    const [first, second] = [await start(), await start()];
    const names = Array.from({ length: 12 }, (_, n) => `person${n}`);
    await Promise.all(names.slice(0, 6).map((name) => register(first, name)));
    await noJobs();
    const rebuilt = waybill('projections', 'rebuild', 'all');
    await Promise.all(names.slice(6, 9).map((name) => register(second, name)));
    expect((await rebuilt).code).toBe(0);
    // A mail whose sending is cut off may come twice: see above.
    await noJobs();
    await kill(second);
    await Promise.all(names.slice(9).map((name) => register(first, name)));
    await eventually(() => expect(smtp.received.length).toBeGreaterThanOrEqual(12));
    await noJobs();
    expect(smtp.received.flatMap(({ envelope }) => envelope.to).toSorted()).toEqual(
      names.map((name) => `${name}@example.com`).toSorted(),
    );
  });

  it('an upgrade sends nothing for what happened before it', async () => {
    await listen();
    const before = await start();
    await register(before, 'ada');
    await eventually(() => expect(smtp.received).toHaveLength(1));
    await noJobs();
    await before.stop();
    servers = [];
    // As a version without reactors and mails would have left it.
    for (const table of ['checkpoints', 'partition_owners'])
      await database.pool.query(`DELETE FROM store.${table} WHERE projection ~ '^[A-Z]'`);
    await database.pool.query(`DELETE FROM store.projections WHERE name ~ '^[A-Z]'`);
    await database.pool.query('DELETE FROM store.mails');
    await register(await start(), 'bob');
    await eventually(() => expect(smtp.received).toHaveLength(2));
    await noJobs();
    expect(smtp.received.map(({ envelope }) => envelope.to)).toEqual([['ada@example.com'], ['bob@example.com']]);
  });

  it('a mail server that says nothing holds up no stop', async () => {
    await listen();
    // It takes connections and never greets.
    const { createServer } = await import('node:net');
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await smtp.close();
    await new Promise<void>((resolve) => void silent.listen(smtp.port, '127.0.0.1', resolve));
    const server = await start();
    const connected = new Promise<void>((resolve) => void silent.once('connection', () => resolve()));
    await register(server, 'ada');
    await connected;
    const { code } = await server.stop();
    servers = [];
    expect(code).toBe(0);
    const { rows } = await database.pool.query('SELECT locked_by, attempts FROM graphile_worker.jobs');
    expect(rows).toEqual([{ locked_by: null, attempts: 1 }]);
    silent.close();
  });
});
