import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';

/** The browser's session and the forms of pages, by the headers themselves: what a browser would not let a test send. */

let server: AccountsServer;
let ada: TestAccount;

beforeAll(async () => {
  server = await startAccounts();
  ada = await account(server, 'ada');
});

afterAll(() => server.close());

const own = { 'sec-fetch-site': 'same-origin' };

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = own): Promise<Response> {
  const body = new URLSearchParams(fields);
  return fetch(server.url + path, { method: 'POST', redirect: 'manual', headers, body });
}

const get = (path: string, cookie = '') => fetch(server.url + path, { redirect: 'manual', headers: { cookie } });

const logIn = (next = '') => post('/login', { username: 'ada', password: ada.password, next });

/** `name=value` of the cookie that an answer sets. */
const cookieOf = (response: Response) => response.headers.get('set-cookie')!.split(';', 1)[0]!;

describe('the cookie', () => {
  it('is out of reach of scripts, of other sites and, for thirty days, of time', async () => {
    const response = await logIn();
    const [pair, ...attributes] = response.headers.get('set-cookie')!.split('; ');
    expect(pair).toMatch(/^waybill-session=wbr_\w{36}$/);
    expect(attributes).toEqual(['Path=/', 'HttpOnly', 'SameSite=Lax', expect.stringMatching(/^Expires=/)]);
    const days = (Date.parse(attributes[3]!.slice('Expires='.length)) - Date.now()) / (24 * 60 * 60 * 1000);
    expect(Math.round(days)).toBe(30);
  });

  it('is bound to the host and to https when the public URL is https', async () => {
    const secure = await startAccounts({ WAYBILL_PUBLIC_URL: 'https://packages.example.com' });
    try {
      const { username, password } = await account(secure, 'ada');
      const body = new URLSearchParams({ username, password });
      const headers = { origin: 'https://packages.example.com' };
      const response = await fetch(`${secure.url}/login`, { method: 'POST', redirect: 'manual', headers, body });
      expect(response.headers.get('set-cookie')).toMatch(/^__Host-waybill-session=wbr_.*; Path=\/; .*; Secure$/);
      expect((await fetch(`${secure.url}/settings`, { headers: { cookie: cookieOf(response) } })).status).toBe(200);
      // Another host of the same domain can set the plain name.
      const cookie = cookieOf(response).replace('__Host-', '');
      expect((await fetch(`${secure.url}/settings`, { redirect: 'manual', headers: { cookie } })).status).toBe(303);
    } finally {
      await secure.close();
    }
  });

  it('opens pages, and never the API', async () => {
    const cookie = cookieOf(await logIn());
    const page = await get('/settings', cookie);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await page.text()).toContain('ada@example.com');
    const response = await fetch(server.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: '{"query":"{ viewer { username } }"}',
    });
    expect(await response.json()).toEqual({ data: { viewer: null } });
  });

  it.each([
    ['no token', 'waybill-session='],
    ['nonsense', 'waybill-session=%00<script>'],
    ['a token that nobody has', 'waybill-session=wbr_0123456789abcdefghijABCDEFGHIJ000000'],
    ['the name of another', 'xwaybill-session=1'],
  ])('with %s is a stranger', async (_, cookie) => {
    expect((await get('/settings', cookie)).headers.get('location')).toBe('/login?next=%2Fsettings');
  });

  it('takes no API token and no access token: they were made for programs', async () => {
    const { data } = await ada.ask('mutation { generateApiToken(input: {}) { tokenRaw } }');
    for (const token of [data.generateApiToken.tokenRaw, ada.token]) {
      expect((await get('/settings', `waybill-session=${token}`)).status).toBe(303);
    }
  });

  it('is taken back by logging out, which also ends the session itself', async () => {
    const cookie = cookieOf(await logIn());
    const response = await post('/logout', {}, { ...own, cookie });
    expect(response.headers.get('location')).toBe('/login?done=logged-out');
    expect(response.headers.get('set-cookie')).toMatch(/^waybill-session=; .*Expires=Thu, 01 Jan 1970 00:00:00 GMT$/);
    expect((await get('/settings', cookie)).status).toBe(303);
    const refreshToken = cookie.split('=')[1]!;
    expect((await server.askAs(refreshToken)('{ viewer { username } }')).data).toEqual({ viewer: null });
  });

  it('is replaced by a second login, which ends the first session', async () => {
    const first = cookieOf(await logIn());
    const fields = { username: 'ada', password: ada.password };
    const second = cookieOf(await post('/login', fields, { ...own, cookie: first }));
    expect((await get('/settings', first)).status).toBe(303);
    expect((await get('/settings', second)).status).toBe(200);
  });
});

describe('a form of another site', () => {
  const forms = [
    '/login',
    '/logout',
    '/register',
    '/auth/cli',
    '/settings/access-tokens',
    '/settings/sessions/end-others',
  ];
  const foreign: [string, Record<string, string>][] = [
    ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://else.where' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['cross-site with our origin', { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:4000' }],
    ['an old browser', { origin: 'https://else.where' }],
    ['a hidden origin', { origin: 'null' }],
    ['nothing said', {}],
  ];

  it.each(foreign)('%s is refused with a page before anything happens', async (_, headers) => {
    const cookie = cookieOf(await logIn());
    for (const path of forms) {
      const response = await post(path, { username: 'ada', password: ada.password }, { ...headers, cookie });
      expect([path, response.status, response.headers.get('set-cookie')]).toEqual([path, 403, null]);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toContain('not sent by a page of this server');
    }
    expect((await get('/settings', cookie)).status).toBe(200);
  });

  it('ours is taken, by whatever the browser says of it', async () => {
    const host = new URL(server.url).host;
    for (const headers of [own, { 'sec-fetch-site': 'none' }, { origin: `http://${host}` }] as Record<
      string,
      string
    >[]) {
      expect((await post('/login', { username: 'ada', password: ada.password }, headers)).status).toBe(303);
    }
  });
});

describe('where a login leads', () => {
  it.each([
    ['/settings/sessions', '/settings/sessions'],
    ['', '/settings'],
    ['https://else.where/', '/settings'],
    ['//else.where', '/settings'],
    ['/\\else.where', '/settings'],
    ['/.//else.where', '/settings'],
    ['/\t/else.where', '/settings'],
    ['javascript:alert(1)', '/settings'],
  ])('%j: %s', async (next, location) => {
    expect((await logIn(next)).headers.get('location')).toBe(location);
    const page = await (await get(`/login?next=${encodeURIComponent(next)}`)).text();
    expect(page).toContain(`name="next" value="${location}"`);
  });
});

describe('a body', () => {
  it('of more than 16 KiB, or of more than 32 fields, is refused with a page', async () => {
    const large = await post('/login', { username: 'x'.repeat(17 * 1024) });
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('The body is too large.')]);
    const many = await post('/login', Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`f${index}`, ''])));
    expect([many.status, await many.text()]).toEqual([400, expect.stringContaining('<h1>400 Bad Request</h1>')]);
  });

  it.each([
    ['JSON', 'application/json', '{"username":{"a":1}}'],
    ['parts', 'multipart/form-data; boundary=x', '--x--'],
    ['no type', '', 'a=b'],
  ])('of %s is refused with a page', async (_, type, body) => {
    const headers = { ...own, 'content-type': type };
    const response = await fetch(`${server.url}/login`, { method: 'POST', headers, body });
    expect([response.status, response.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8']);
  });

  it('with odd names and bytes is only a failed login', async () => {
    const body = '__proto__=x&constructor=y&toString=z&username=%ff%00&password=%&&=&username';
    const headers = { ...own, 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${server.url}/login`, { method: 'POST', headers, body });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('do not fit')]);
  });

  it('of a form opens nothing of the API', async () => {
    const response = await post('/graphql', { query: '{ __typename }' });
    expect(response.status).toBe(415);
  });
});

describe('every page', () => {
  it.each(['/', '/login', '/register', '/nowhere', '/settings'])('%s has a strict policy', async (path) => {
    const cookie = cookieOf(await logIn());
    const { headers } = await fetch(server.url + path, { headers: { cookie, accept: 'text/html' } });
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'self'; img-src 'self' data:",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  it('shows what was typed as text', async () => {
    const response = await post('/login', { username: '"><script>alert(1)</script>', password: 'x' });
    const html = await response.text();
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).not.toContain('<script');
  });
});

it('too many tries are told with the time to wait, and what was typed stays', async () => {
  const limited = await startAccounts({ WAYBILL_LIMIT_FACTOR: '1' });
  try {
    await account(limited, 'ada');
    const tryOnce = () => {
      const body = new URLSearchParams({ username: 'ada', password: 'wrong horse' });
      return fetch(`${limited.url}/login`, { method: 'POST', headers: own, body });
    };
    for (let tries = 0; tries < 10; tries++) expect((await tryOnce()).status).toBe(400);
    const refused = await tryOnce();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
    const html = await refused.text();
    expect(html).toContain('There were too many tries. Try again in 15 minutes.');
    expect(html).toContain('value="ada"');
  } finally {
    await limited.close();
  }
});
