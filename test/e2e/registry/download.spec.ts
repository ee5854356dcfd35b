import { join } from 'node:path';
import { DownloadSignatures } from '../../../src/core/auth/download-signatures.js';
import { openKeyRingFile } from '../../../src/core/crypto/key-ring-file.js';
import { DataKeys } from '../../../src/core/event-store/data-keys.js';
import { sha256 } from '../../kit/webc-file.js';
import { eventually } from '../../kit/eventually.js';
import { account, startAccounts, type AccountsServer, type TestAccount } from '../accounts/kit.js';
import { here, publish, webcWith, type Published } from './download.kit.js';

const file = webcWith('public');
const secretFile = webcWith('secret');

let server: AccountsServer;
let ann: TestAccount;
let eve: TestAccount;
let open: Published;
let secret: Published;
let otherSecret: Published;
/** Signs as the server does. */
let signatures: DownloadSignatures;

beforeAll(async () => {
  server = await startAccounts();
  ann = await account(server, 'ann');
  eve = await account(server, 'eve');
  open = await publish(ann, 'ann/open', '1.0.0', file);
  await publish(ann, 'ann/open', '1.1.0+wasix.1', webcWith('1.1.0'));
  await publish(ann, 'ann/open', '2.0.0-rc.1', webcWith('2.0.0'));
  secret = await publish(ann, 'ann/secret', '1.0.0', secretFile, true);
  otherSecret = await publish(ann, 'ann/secret', '1.1.0', webcWith('another secret'), true);
  const keys = new DataKeys(server.database.pool, openKeyRingFile(join(server.dataDir, 'keys')));
  signatures = new DownloadSignatures(await keys.system('system:downloads'));
});
afterAll(() => server.close());

/** The answer itself, also when it leads elsewhere. */
const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(here(url), { method, headers, redirect: 'manual' });
const as = ({ token }: TestAccount) => ({ authorization: `Bearer ${token}` });
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());
const refusal = async (response: Response) => {
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  return { status: response.status, code: errors[0]!.extensions.code, message: errors[0]!.message };
};
/** Downloads are written down once a second, beside what is measured: so it may take a second try. */
const costs = (statements: number, work: () => Promise<unknown>) =>
  eventually(async () => expect(await server.statements(work)).toBe(statements));
const unsigned = (url: string) => url.split('?')[0]!;
const notThere = { status: 404, code: 'NOT_FOUND', message: 'There is nothing at this address.' };

describe('the file of a version', () => {
  it('is what was published, with its length and its name, and may be kept for ever', async () => {
    const response = await get(open.url, { accept: 'application/webc', 'accept-encoding': 'gzip' });
    expect([response.status, Object.fromEntries(response.headers)]).toMatchObject([
      200,
      {
        'content-type': 'application/webc',
        'content-length': String(file.length),
        'content-disposition': expect.stringContaining('filename="open-1.0.0.webc"'),
        'accept-ranges': 'bytes',
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        etag: `"${sha256(file).toString('hex')}"`,
      },
    ]);
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(await bytes(response)).toEqual(file);
    expect(open.expiresInSeconds).toBeNull();
  });

  it('is described by HEAD, given in parts, and not sent again to who has it', async () => {
    const head = await get(open.url, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(file.length)]);
    const part = await get(open.url, { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${file.length}`]);
    expect(await bytes(part)).toEqual(file.subarray(10, 20));
    expect((await get(open.url, { 'if-none-match': head.headers.get('etag')! })).status).toBe(304);
    expect(await refusal(await get(open.url, { range: 'bytes=999999-' }))).toMatchObject({ status: 416 });
  });

  it('costs one SQL statement, whoever asks', async () => {
    for (const headers of [{}, as(eve), { authorization: 'Bearer wba_old' }]) {
      await costs(1, async () => bytes(await get(open.url, headers)));
    }
  });

  it('is found by its id, whatever stands behind that', async () => {
    expect((await get(`${server.url}/packages/${open.versionId}/x`)).status).toBe(200);
    expect((await get(`${server.url}/packages/${open.versionId}/${'x'.repeat(1000)}`)).status).toBe(200);
  });

  it('may be asked for by the script of another site with a token', async () => {
    const { status, headers } = await get(open.url, { 'access-control-request-headers': 'authorization' }, 'OPTIONS');
    expect([status, headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD']);
  });
});

it('the file of a release is the same one, under its hash', async () => {
  expect(open.releaseUrl).toContain(`/packages/${open.releaseId}/${sha256(file).toString('hex')}.webc`);
  const response = await get(open.releaseUrl);
  expect(response.headers.get('content-type')).toBe('application/webc');
  expect(await bytes(response)).toEqual(file);
});

it.each(['pkv_aaaaaaaaaaaa', 'nonsense', '%00', 'u_lgOdnE9S2R7X'])('there is no file of %s', async (id) => {
  expect(await refusal(await get(`${server.url}/packages/${id}/x.webc`))).toEqual(notThere);
});

describe('the file of a private package', () => {
  const doors = (): [string, string][] => [
    ['version', secret.url],
    ['release', secret.releaseUrl],
  ];

  it('comes by the URL that its owner gets, for an hour', async () => {
    expect(secret.expiresInSeconds).toBe(3600);
    for (const [, url] of doors()) {
      const { expires } = Object.fromEntries(new URL(url).searchParams);
      expect(Math.abs(Number(expires) - Date.now() / 1000 - 3600)).toBeLessThan(60);
      const response = await get(url);
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
      expect(response.headers.get('vary')).toBe('authorization');
      expect(await bytes(response)).toEqual(secretFile);
    }
    await costs(1, async () => bytes(await get(secret.url)));
  });

  it('comes by the plain URL with the token of who may see it', async () => {
    for (const [, url] of doors()) expect(await bytes(await get(unsigned(url), as(ann)))).toEqual(secretFile);
    expect(await bytes(await get(`${unsigned(secret.url)}?expires=1&signature=x`, as(ann)))).toEqual(secretFile);
    await costs(2, async () => bytes(await get(unsigned(secret.url), as(ann))));
  });

  it('is not there for all others', async () => {
    for (const [, url] of doors()) {
      for (const headers of [{}, as(eve)]) {
        for (const method of ['GET', 'HEAD']) expect((await get(unsigned(url), headers, method)).status).toBe(404);
        expect(await refusal(await get(unsigned(url), headers))).toEqual(notThere);
      }
      expect((await get(unsigned(url), { accept: 'text/html' })).headers.get('content-type')).toContain('text/html');
    }
  });

  it('is neither there nor missing for a token that is not valid', async () => {
    for (const url of [secret.url, `${server.url}/packages/pkv_aaaaaaaaaaaa/x`, `${server.url}/ann/none`]) {
      const answer = await refusal(await get(unsigned(url), { authorization: 'Bearer wba_old' }));
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });

  it('does not come by a signature that has expired, is forged, or is that of another file', async () => {
    const signed = (id: string, from: string) => `${server.url}/packages/${id}/x?${from}`;
    const soon = Math.floor(Date.now() / 1000) + 60;
    const query = new URL(secret.url).search.slice(1);
    expect((await get(signed(secret.versionId, signatures.query(secret.versionId, soon)))).status).toBe(200);
    const invalid = [
      signed(secret.versionId, signatures.query(secret.versionId, soon - 61)),
      signed(secret.versionId, new DownloadSignatures(Buffer.alloc(32)).query(secret.versionId, soon)),
      signed(secret.versionId, query.replace(/expires=\d+/, `expires=${soon + 7200}`)),
      signed(secret.versionId, `${query}&${query}`),
      signed(otherSecret.versionId, query),
      signed(secret.releaseId, query),
      // Nothing is there at all: the answer does not tell.
      signed('pkv_aaaaaaaaaaaa', query),
    ];
    for (const url of invalid) {
      const answers = await Promise.all([get(url), get(url, as(eve))]);
      for (const answer of answers) {
        expect(await refusal(answer)).toEqual({
          status: 403,
          code: 'DOWNLOAD_URL_INVALID',
          message: 'This download URL is not valid. Ask for a new one.',
        });
      }
    }
  });

  it('is offered by no field of the interface to who may not see it', async () => {
    const query = `query ($version: ID!, $release: ID!) {
      version: node(id: $version) { id } release: node(id: $release) { id } getPackage(name: "ann/secret") { id }
    }`;
    const { data } = await eve.ask(query, { version: secret.versionId, release: secret.releaseId });
    expect(data).toEqual({ version: null, release: null, getPackage: null });
  });
});

describe('the address that a person would try', () => {
  const at = (path: string, headers = {}, method = 'GET') => get(`${server.url}/${path}`, headers, method);

  it.each([
    ['ann/open', '1.1.0+wasix.1'],
    ['ann/open@', '1.1.0+wasix.1'],
    ['ann/open@latest', '1.1.0+wasix.1'],
    ['Ann/OPEN@1.0.0', '1.0.0'],
    ['ann/open:1.0.0', '1.0.0'],
    ['ann/open@1.1.0+wasix.1', '1.1.0+wasix.1'],
    ['ann/open@2.0.0-rc.1', '2.0.0-rc.1'],
    ['ann/open@%5E1.0', '1.1.0+wasix.1'],
    [`ann/open@${encodeURIComponent('>=1, <1.1')}`, '1.0.0'],
  ])('%s leads to the file of %s', async (path, version) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await at(path, { accept: 'application/webc' }, method);
      expect([status, headers.get('cache-control')]).toEqual([302, 'no-cache']);
      const saved = (await get(headers.get('location')!, {}, 'HEAD')).headers.get('content-disposition');
      expect(saved).toContain(`filename="open-${version}.webc"`);
    }
  });

  it('leads to a private file for who may see the package, and is kept nowhere', async () => {
    const { status, headers } = await at('ann/secret@1.0.0', as(ann));
    expect([status, headers.get('cache-control')]).toEqual([302, 'no-store']);
    expect(await bytes(await get(headers.get('location')!))).toEqual(secretFile);
    for (const other of [{}, as(eve)]) expect(await refusal(await at('ann/secret@1.0.0', other))).toEqual(notThere);
  });

  it.each([
    'ann/none',
    'ann/open@9.9.9',
    'ann/open@%5E9',
    'ann/open@nonsense',
    'ann/open@1@2',
    'nobody/open',
    'ann/%00',
    `ann/${'x'.repeat(1000)}`,
    'assets/none.css/x',
    'settings/none',
  ])('%s leads nowhere', async (path) => {
    expect(await refusal(await at(path))).toEqual(notThere);
    const page = await at(path, { accept: 'text/html' });
    expect([page.status, await page.text()]).toEqual([
      404,
      expect.stringContaining('There is nothing at this address'),
    ]);
  });

  it('leaves other addresses to whom they belong', async () => {
    expect((await at('assets/page.css')).headers.get('content-type')).toContain('text/css');
    expect((await at('auth/forgot')).headers.get('content-type')).toContain('text/html');
    const { status, headers } = await at('settings/confirm-email');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('costs two SQL statements', async () => {
    await costs(2, () => at('ann/open@1.0.0'));
  });
});

describe('how often something was downloaded', () => {
  const asked = `{ getPackage(name: "ann/counted") { totalDownloads downloadsCount versions { version totalDownloads } } }`;
  const info = '{ info { packages { newPackagesThisMonth packageDownloadsThisMonth versionsPublishedThisMonth } } }';

  it('is counted from the beginning of a file, and shown soon', async () => {
    const published = await publish(ann, 'ann/counted', '1.0.0', webcWith('counted'));
    await publish(ann, 'ann/counted', '2.0.0', webcWith('never downloaded'));
    const never = (await server.ask(asked)).data.getPackage;
    expect(never).toMatchObject({ totalDownloads: 0, downloadsCount: 0 });
    const before = (await server.ask(info)).data.info.packages;

    const etag = `"${sha256(webcWith('counted')).toString('hex')}"`;
    await get(published.url, {}, 'HEAD');
    await get(published.url, { 'if-none-match': etag });
    await bytes(await get(published.url, { range: 'bytes=10-' }));
    await bytes(await get(published.releaseUrl));
    // These two count, and come last: when they are shown, so would be the others.
    await bytes(await get(published.url, { range: 'bytes=0-9' }));
    await bytes(await get(published.url));

    await eventually(async () => {
      expect((await server.ask(asked)).data.getPackage).toEqual({
        totalDownloads: 2,
        downloadsCount: 2,
        versions: [
          { version: '2.0.0', totalDownloads: 0 },
          { version: '1.0.0', totalDownloads: 2 },
        ],
      });
    });
    const after = (await server.ask(info)).data.info.packages;
    expect(after).toEqual({ ...before, packageDownloadsThisMonth: after.packageDownloadsThisMonth });
    expect(after.packageDownloadsThisMonth).toBeGreaterThanOrEqual(before.packageDownloadsThisMonth + 2);
  });

  it('costs one SQL statement for a package with its versions', async () => {
    const without = asked.replaceAll(/totalDownloads|downloadsCount/g, '').replace('{  ', '{ id ');
    // The package; then also the counts.
    await costs(1, () => server.ask(without));
    await costs(2, () => server.ask(asked));
  });

  it('is told of all of this month, beside what was published', async () => {
    const { data } = await server.ask(info);
    expect(data.info.packages).toMatchObject({ newPackagesThisMonth: 3, versionsPublishedThisMonth: 7 });
    await costs(2, () => server.ask(info));
  });
});
