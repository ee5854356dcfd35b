import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { startFixture, withFixture } from '../../../test/kit/web-fixture.js';
import { httpLimits } from './fastify.js';
import { Readiness } from './readiness.js';
import { Totals } from './totals.js';

let shell: Awaited<ReturnType<typeof startFixture>>;
beforeAll(async () => void (shell = await startFixture()));
afterAll(() => shell.close());

const get = (path: string, init?: RequestInit) => fetch(shell.url + path, init);
const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

/** Sends bytes as they are and reads until the server closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(shell.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('every answer', () => {
  it.each(['/', '/livez', '/graphql?query={__typename}', '/nowhere'])(
    '%s carries a request id and safe headers',
    async (path) => {
      const { headers } = await get(path, { headers: { 'content-type': 'application/json' } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      // A page's own forms must say where they come from.
      expect(headers.get('referrer-policy')).toBe(path === '/' ? 'same-origin' : 'no-referrer');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).not.toContain('script');
    },
  );

  it('leaves one line in the log, without the query string', async () => {
    const { headers } = await get('/graphql?query={__typename}&token=s3cret', {
      headers: { 'content-type': 'application/json' },
    });
    const lines = shell.lines
      .filter((line) => line.includes(headers.get('x-request-id')!))
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        method: 'GET',
        path: '/graphql',
        status: 200,
        requestId: headers.get('x-request-id'),
      }),
    ]);
  });
});

describe('the request id', () => {
  const idOf = async (url: string, id: string) =>
    (await fetch(`${url}/livez`, { headers: { 'x-request-id': id } })).headers.get('x-request-id');

  it('is never taken from a client', async () => {
    expect(await idOf(shell.url, 'from-outside-1')).not.toBe('from-outside-1');
  });

  it.each([
    ['true', 'from-proxy-1', true],
    ['127.0.0.0/8', 'from-proxy-1', true],
    ['10.0.0.0/8', 'from-proxy-1', false],
    ['true', 'a b\tc', false],
    ['true', 'x'.repeat(200), false],
  ])('WAYBILL_TRUST_PROXY=%s, %s: %s', async (trust, id, isTaken) => {
    await withFixture({ WAYBILL_TRUST_PROXY: trust }, async ({ url }) =>
      expect((await idOf(url, id)) === id).toBe(isTaken),
    );
  });

  it.each([
    ['1', '203.0.113.7'],
    ['false', '127.0.0.1'],
    ['10.0.0.0/8', '127.0.0.1'],
  ])('the client address follows WAYBILL_TRUST_PROXY=%s too: %s', async (trust, address) => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' };
    await withFixture({ WAYBILL_TRUST_PROXY: trust }, async ({ query }) => {
      expect((await query('{ whoCalls }', { headers })).data.whoCalls).toBe(`anonymous ${address}`);
    });
  });
});

describe('health', () => {
  it('is alive', async () => {
    const response = await get('/livez');
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it('is ready only when every check says so, and lists them', async () => {
    const readiness = shell.app.get(Readiness, { strict: false });
    let database = true;
    readiness.register('database', async () => ({ ok: database, detail: 'x' }));
    expect((await get('/readyz')).status).toBe(200);
    database = false;
    readiness.register('throws', async () => {
      throw new Error('at postgres://u:hunter2@h/d');
    });
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ok: false,
      checks: [
        { name: 'database', ok: false, detail: 'x' },
        { name: 'throws', ok: false, detail: 'at postgres://u:[redacted]@h/d' },
      ],
    });
    expect(() => readiness.register('throws', async () => ({ ok: true }))).toThrow('registered twice');
  });

  it('takes a check that hangs for a no', async () => {
    const readiness = new Readiness();
    readiness.register('hangs', () => new Promise(() => undefined));
    expect(await readiness.report()).toEqual({
      ok: false,
      checks: [{ name: 'hangs', ok: false, detail: 'no answer within 2000 ms' }],
    });
  });

  it('has metrics with requests by route and operations by name', async () => {
    await shell.query('query Named { __typename }');
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/waybill_http_request_seconds_count\{method="POST",route="\/graphql",status="200"\} \d+/);
    expect(text).toMatch(/waybill_graphql_operation_seconds_count\{operation="Named",outcome="ok"\} 1/);
    expect(text).toContain('route="none"');
    expect(text).not.toContain('/nowhere');
  });
});

describe('the start page', () => {
  it('says what to do next, without script or foreign address', async () => {
    const response = await get('/');
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('wasmer login --registry https://pkg.example.com/graphql');
    expect(html).toContain('href="/graphql"');
    expect(html).not.toContain('<script');
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].filter(([, url]) => /^(https?:)?\/\//.test(url!))).toEqual([]);
  });

  it('shows totals as text, and not those of a source that fails', async () => {
    const totals = shell.app.get(Totals, { strict: false });
    totals.register(async () => [{ label: '<b>users</b>', value: 3 }]);
    totals.register(async () => Promise.reject(new Error('down')));
    const html = await (await get('/')).text();
    expect(html).toContain('<strong>3</strong> &lt;b&gt;users&lt;/b&gt;');
  });
});

describe('files of our own', () => {
  it('are kept by browsers for as long as they do not change', async () => {
    const [, path] = /href="(\/assets\/page\.css[^"]*)"/.exec(await (await get('/')).text())!;
    const response = await get(path!);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('immutable');
    const css = await response.text();
    expect(css).toContain('prefers-color-scheme');
    expect(path).toContain(createHash('sha256').update(css).digest('hex').slice(0, 16));
    const plain = await get('/assets/page.css');
    expect(plain.headers.get('cache-control')).toBe('no-cache');
    const again = await get('/assets/page.css', { headers: { 'if-none-match': plain.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });

  it.each(['/assets/nothing.css', '/assets/..%2fpages.ts', '/assets/pages.ts', '/assets/%2e%2e/package.json'])(
    '%s is not served',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

describe('the query editor', () => {
  it('comes from our own files only, under a policy without inline scripts', async () => {
    const response = await get('/graphql', asBrowser);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self';");
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|onload=/);
    const urls = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url!);
    expect(urls).toHaveLength(7);
    for (const url of urls) {
      expect(url).toMatch(/^\/assets\//);
      expect((await get(url)).status).toBe(200);
    }
  });

  it('does not stand in the way of a query sent by GET', async () => {
    const headers = { ...asBrowser.headers, 'apollo-require-preflight': '1', accept: 'text/html, application/json' };
    expect(await (await get('/graphql?query={__typename}', { headers })).json()).toEqual({
      data: { __typename: 'Query' },
    });
  });
});

describe('what does not work', () => {
  const failure = async (response: Response) => ({
    status: response.status,
    ...((await response.json()) as any).errors[0],
  });

  it.each([
    ['malformed JSON', '{"query": ', 400, 'BAD_REQUEST', 'not valid JSON'],
    ['an empty body', '', 400, 'BAD_REQUEST', 'empty'],
    ['a batch', [{ query: '{ __typename }' }], 400, 'BAD_REQUEST', 'batching'],
    ['a body over 1 MiB', { query: 'x'.repeat(1024 * 1024) }, 413, 'PAYLOAD_TOO_LARGE', 'too large'],
  ])('%s is answered in GraphQL form', async (_name, body, status, code, message) => {
    const response = await shell.post(body);
    const id = response.headers.get('x-request-id');
    expect(await failure(response)).toMatchObject({
      status,
      message: expect.stringContaining(message),
      extensions: { code, requestId: id },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('refuses what a foreign page could send without being asked', async () => {
    const text = await get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await failure(text)).toMatchObject({ status: 400, message: expect.stringContaining('CSRF') });
    expect(await failure(await get('/graphql?query={__typename}'))).toMatchObject({
      status: 400,
      message: expect.stringContaining('CSRF'),
    });
    const form = await get('/graphql', { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) });
    expect(await failure(form)).toMatchObject({ status: 415, extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  });

  it.each([
    ['PUT', '/graphql', 'GET, POST'],
    ['DELETE', '/readyz', 'GET'],
  ])('%s %s is 405 with the methods that work', async (method, path, allow) => {
    const response = await get(path, { method, headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(await failure(response)).toMatchObject({ status: 405, extensions: { code: 'METHOD_NOT_ALLOWED' } });
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('is 404 as JSON for clients and as a page for browsers', async () => {
    expect(await failure(await get('/nowhere'))).toMatchObject({ status: 404, extensions: { code: 'NOT_FOUND' } });
    const page = await get('/nowhere', asBrowser);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('href="/"');
  });

  it('survives malformed addresses, hosts and headers', async () => {
    expect(await raw('GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*x-request-id[\s\S]*"BAD_REQUEST"/,
    );
    const body = '{"query":"{ __typename }"}';
    const odd = await raw(
      `POST /graphql HTTP/1.1\r\nhost: a b<>\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(odd).toContain('"__typename":"Query"');
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nbig: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*"errors":\[\{"message":"The headers are too large.","extensions":\{"code":"REQUEST_HEADER_FIELDS_TOO_LARGE"/,
    );
    expect(await raw('this is no request\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errors":[\s\S]*"BAD_REQUEST"/);
  });
});

describe('scripts of other sites', () => {
  it('may ask, once a day, and read the answer, without cookies', async () => {
    const preflight = await get('/graphql', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://else.where',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, x-mine',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/^authorization, content-type, .*\*$/);
    expect(preflight.headers.get('access-control-max-age')).toBe('86400');
    const { headers } = await shell.query('{ __typename }', { headers: { origin: 'https://else.where' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
  });

  it('may send what the browser SDKs send, and find where an upload goes on', async () => {
    const { headers } = await get('/graphql', { method: 'OPTIONS', headers: { origin: 'https://else.where' } });
    const list = (name: string) => headers.get(name)!.split(', ');
    expect(list('access-control-allow-methods')).toEqual(['GET', 'POST']);
    expect(list('access-control-allow-headers')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'content-range',
        'x-goog-resumable',
        'access-control-allow-origin',
        'access-control-allow-headers',
        'access-control-allow-methods',
      ]),
    );
    expect(list('access-control-expose-headers')).toContain('location');
  });

  it('can read why they were refused', async () => {
    const refusals = [
      await shell.query('{ whoCalls }', { headers: { authorization: 'Bearer stale' } }),
      await shell.query('{ nothingLikeThis }'),
      await shell.post('{'),
      await shell.post({ query: 'x'.repeat(httpLimits.bodyBytes) }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([401, 400, 400, 413]);
    for (const { headers } of refusals) expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});
