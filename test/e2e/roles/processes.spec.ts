import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { graphql } from '../../kit/graphql-client.js';
import { startMailServer, type MailServer } from '../../kit/mail-server.js';
import { metric, readiness } from '../../kit/probes.js';
import { runProgram } from '../../kit/program.js';
import { startServer, type TestServer } from '../../kit/server.js';

/** One service of four processes, which the tests take apart at the end: they run in this order. */
let database: TestDatabase;
let smtp: MailServer;
let api: TestServer;
let first: TestServer;
let second: TestServer;
let worker: TestServer;
let token: string;

async function start(roles: string): Promise<TestServer> {
  const SMTP_URL = `smtp://127.0.0.1:${smtp.port}?tls=none`;
  const env = { WAYBILL_KEYS: ring, WAYBILL_PUBLIC_URL: 'https://packages.example.com', SMTP_URL };
  return startServer({ database, roles, env });
}
let ring: string;

beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMailServer();
  ring = (await runProgram(['keys', 'generate'], {})).stdout.trim();
  [api, first, second, worker] = await Promise.all([
    start('api'),
    start('projector'),
    start('projector'),
    start('worker'),
  ]);
});
afterAll(async () => {
  for (const server of [api, first, second, worker]) await server?.stop();
  await smtp.close();
  await database.drop();
});

const createNamespace = (name: string) =>
  graphql(
    api.graphqlUrl,
    'mutation ($name: String!) { createNamespace(input: { name: $name }) { namespace { name description } } }',
    { name },
    token,
  );

it('every process says what it runs, and answers probes alone unless it is the API', async () => {
  expect(api.output()).toContain('"roles":["api"]');
  const welcomed = [api, first, second, worker].filter(({ output }) =>
    output().includes("An operator's account was made"),
  );
  expect(welcomed).toEqual([api]);
  expect(Object.keys((await readiness(api)).checks)).toEqual(['database', 'feed', 'projections']);
  expect(Object.keys((await readiness(first)).checks)).toEqual(['database', 'feed', 'projections']);
  expect(Object.keys((await readiness(worker)).checks)).toEqual(['database', 'feed', 'jobs']);
  for (const [server, role] of [
    [first, 'projector'],
    [worker, 'worker'],
  ] as const) {
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    for (const path of ['/', '/graphql', '/assets/page.css']) {
      const response = await fetch(server.url + path, { headers: { accept: 'text/html' } });
      const { errors } = (await response.json()) as any;
      const message = `This process runs ${role}, not the API: that is where "serve --roles api" runs.`;
      expect([response.status, errors[0].message]).toEqual([404, message]);
    }
  }
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM store.processes');
  expect(rows[0].n).toBe(4);
});

it('what the API answers, the projectors have applied, each its share', async () => {
  const register =
    'mutation { registerUser(input: { username: "ann", email: "ann@example.com", password: "correct horse of ann" }) { token } }';
  token = (await graphql(api.graphqlUrl, register)).data.registerUser.token;
  for (let n = 0; n < 20; n++) {
    const { data, errors } = await createNamespace(`shared-${n}`);
    expect(errors).toBeUndefined();
    expect(data.createNamespace.namespace).toEqual({ name: `shared-${n}`, description: '' });
  }
  expect(await metric(api, 'waybill_projection_events_total')).toBe(0);
  for (const projector of [first, second]) {
    expect(await metric(projector, 'waybill_projection_events_total')).toBeGreaterThan(0);
    await eventually(async () => expect(await metric(projector, 'waybill_partitions_owned')).toBe(4));
  }
});

it('the worker sends the mail that the API caused', async () => {
  await eventually(() => expect(smtp.received.map(({ envelope }) => envelope.to)).toEqual([['ann@example.com']]));
  expect(smtp.received[0]!.mail.text).toContain('https://packages.example.com/');
});

it('a projector that stops in order gives its share to the other, and nobody waits for it', async () => {
  expect(await second.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(second.output()).toContain('"msg":"stopped"');
  expect((await createNamespace('after-the-second')).errors).toBeUndefined();
  await eventually(async () => expect(await metric(first, 'waybill_partitions_owned')).toBe(8));
});

it('without any projector the API says which role is missing, and writes are known to be unseen', async () => {
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  await eventually(async () =>
    expect(await readiness(api)).toMatchObject({
      status: 503,
      checks: { database: { ok: true }, projections: { ok: false, detail: expect.stringContaining('role projector') } },
    }),
  );
  const { errors } = await createNamespace('unseen');
  expect(errors![0]!.extensions!.code).toBe('COMMITTED_NOT_VISIBLE');
  // Reads go on, from what was applied before.
  const { data } = await graphql(api.graphqlUrl, '{ getNamespace(name: "shared-1") { name } }');
  expect(data.getNamespace).toEqual({ name: 'shared-1' });

  first = await start('projector');
  await eventually(async () => expect((await readiness(api)).status).toBe(200));
  const seen = await graphql(api.graphqlUrl, '{ getNamespace(name: "unseen") { name } }');
  expect(seen.data.getNamespace).toEqual({ name: 'unseen' });
});

it('an API that starts before any projector waits for one before it is ready', async () => {
  await first.stop();
  await api.stop();
  let isReady = false;
  const starting = start('api').finally(() => (isReady = true));
  first = await start('projector');
  api = await starting;
  expect(isReady).toBe(true);
  expect((await createNamespace('again')).errors).toBeUndefined();
});

it('every process stops in order with code 0, and leaves no row behind', async () => {
  for (const server of [worker, api, first]) expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  const { rows } = await database.pool.query(
    'SELECT (SELECT count(*) FROM store.processes)::int AS processes, (SELECT count(*) FROM store.partition_owners)::int AS owned',
  );
  expect(rows[0]).toEqual({ processes: 0, owned: 0 });
});
