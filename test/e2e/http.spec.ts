import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { graphql } from '../kit/graphql-client.js';
import { startServer, type TestServer } from '../kit/server.js';

/** A smoke test of the built program: what src/core/http tests piece by piece is really put together. */
let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ database });
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const get = (path: string, accept = '*/*') => fetch(server.url + path, { headers: { accept } });

it('/ says what this is and how to log in here', async () => {
  const response = await get('/', 'text/html');
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('A self-hosted backend for WebAssembly packages and apps.');
  expect(text).toContain(`wasmer login --registry http://localhost:${new URL(server.url).port}/graphql`);
  await eventually(async () => expect(await (await get('/')).text()).toMatch(/<strong>1<\/strong> user</));
});

it('every address that / links to answers', async () => {
  const text = await (await get('/', 'text/html')).text();
  const links = [...text.matchAll(/href="(\/[^"]*)"/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) expect([link, (await get(link, 'text/html')).status]).toEqual([link, 200]);
});

it('/livez and /readyz say yes, check by check', async () => {
  expect(await (await get('/livez')).json()).toEqual({ ok: true });
  const ready = await get('/readyz');
  expect(ready.status).toBe(200);
  const { ok, checks } = (await ready.json()) as { ok: boolean; checks: { name: string; ok: boolean }[] };
  expect(ok).toBe(true);
  expect(checks.map((check) => [check.name, check.ok])).toEqual([
    ['database', true],
    ['feed', true],
    ['projections', true],
    ['jobs', true],
  ]);
});

it('/metrics counts SQL statements, requests, operations and events', async () => {
  await graphql(server.graphqlUrl, 'query Who { viewer { username } }');
  const text = await (await get('/metrics')).text();
  const value = (line: RegExp) => Number(line.exec(text)?.[1]);
  expect(value(/^waybill_sql_statements_total\{pool="api"\} (\d+)$/m)).toBeGreaterThan(0);
  expect(value(/^waybill_sql_statements_total\{pool="projection"\} (\d+)$/m)).toBeGreaterThan(0);
  expect(value(/^waybill_projection_events_total\{projection="users_v2",source="store"\} (\d+)$/m)).toBe(1);
  expect(text).toMatch(/^waybill_http_request_seconds_count\{method="POST",route="\/graphql",status="200"\} \d+$/m);
  expect(text).toMatch(/^waybill_graphql_operation_seconds_count\{operation="Who",outcome="ok"\} \d+$/m);
});

it('/metrics shows where the feed stands, a moment later', () =>
  eventually(async () => {
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/^waybill_partitions_owned 8$/m);
    expect(text).toMatch(/^waybill_log_safe_head 2$/m);
    expect(text).toMatch(/^waybill_feed_position 2$/m);
  }));

it('/graphql is an editor for browsers, from files of our own, and an API for everybody else', async () => {
  const page = await get('/graphql', 'text/html');
  const text = await page.text();
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(files.filter((file) => !file.startsWith('/') && !file.startsWith('data:'))).toEqual([]);
  for (const file of files.filter((each) => each.startsWith('/assets/')))
    expect([file, (await get(file)).status]).toEqual([file, 200]);
  const { data } = await graphql(server.graphqlUrl, '{ __schema { queryType { name } } }');
  expect(data.__schema.queryType.name).toBe('Query');
});
