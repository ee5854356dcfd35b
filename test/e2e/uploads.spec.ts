import { randomBytes } from 'node:crypto';
import { eventually } from '../kit/eventually.js';
import { openSession, putChunk } from '../kit/upload-fixture.js';
import { account, type AccountsServer, startAccounts, type TestAccount } from './accounts/kit.js';

let server: AccountsServer;
let ann: TestAccount;

beforeAll(async () => {
  server = await startAccounts({ WAYBILL_MAX_UPLOAD_BYTES: '3000000' });
  ann = await account(server, 'ann');
});
afterAll(() => server.close());

const put = (url: string, content: Buffer, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(content) });
const octets = { 'content-type': 'application/octet-stream' };
const ask = async (query: string, variables: object = {}): Promise<any> => {
  const { data, errors } = await ann.ask(query, { ...variables });
  expect(errors).toBeUndefined();
  return data;
};
const signedUrl = async (): Promise<string> =>
  (await ask('{ getSignedUrl(filename: "ab12cd34.zip") { url } }')).getSignedUrl.url;

/** As the clients send it, every variable that is not set as null. */
const forPackage = `query GetSignedUrlForPackageUpload($expiresAfterSeconds: Int, $filename: String, $name: String, $version: String, $method: String) {
  getSignedUrlForPackageUpload(name: $name, version: $version, filename: $filename, expiresAfterSeconds: $expiresAfterSeconds, method: $method) { url }
}`;
const forZip = `mutation GenerateUploadUrl($expiresAfterSeconds: Int, $filename: String!, $name: String, $version: String, $method: String) {
  generateUploadUrl(input: { expiresAfterSeconds: $expiresAfterSeconds, filename: $filename, name: $name, version: $version, method: $method }) { signedUrl { url } method clientMutationId }
}`;
const nulls = { name: null, version: null, method: null };

describe('a URL for an upload', () => {
  it('is absolute, and another one each time', async () => {
    const [first, second] = [await signedUrl(), await signedUrl()];
    expect(first).toMatch(
      new RegExp(
        `^${server.url.replace('127.0.0.1', 'localhost')}/uploads/[\\w-]{40}\\?expires=\\d+&signature=[\\w-]{32}$`,
      ),
    );
    expect(second).not.toBe(first);
  });

  it('holds for as long as is asked', async () => {
    const seconds = async (variables: object) => {
      const { getSignedUrlForPackageUpload: signed } = await ask(forPackage, {
        filename: null,
        ...nulls,
        ...variables,
      });
      return Number(new URL(signed.url).searchParams.get('expires')) - Math.floor(Date.now() / 1000);
    };
    expect(Math.abs((await seconds({ expiresAfterSeconds: 1800, method: 'R2' })) - 1800)).toBeLessThanOrEqual(5);
    expect(Math.abs((await seconds({ expiresAfterSeconds: null })) - 900)).toBeLessThanOrEqual(5);
  });

  it('says by which way the file may be sent', async () => {
    const filename = 'app-upload.zip';
    const { generateUploadUrl: one } = await ask(forZip, { filename, ...nulls, expiresAfterSeconds: 300 });
    expect(one).toMatchObject({ method: 'R2', clientMutationId: null });
    const { generateUploadUrl: two } = await ask(forZip, {
      filename,
      ...nulls,
      expiresAfterSeconds: null,
      method: 'GCS',
    });
    expect(two.method).toBe('GCS');
    expect((await put(two.signedUrl.url, Buffer.from('PK'), { 'content-type': 'application/zip' })).status).toBe(200);
  });

  it.each([0, -1, 86_401])('is not made for %d seconds', async (expiresAfterSeconds) => {
    const bounds = { code: 'BAD_USER_INPUT', field: 'expiresAfterSeconds' };
    expect(await ann.refusal(forPackage, { expiresAfterSeconds })).toMatchObject(bounds);
    expect(await ann.refusal(forZip, { expiresAfterSeconds, filename: 'x' })).toMatchObject(bounds);
    expect(await ann.refusal(`{ getSignedUrl(expiresAfterSeconds: ${expiresAfterSeconds}) { url } }`)).toMatchObject(
      bounds,
    );
  });

  it('is not made for who is not logged in', async () => {
    const { data, errors } = await server.ask('{ getSignedUrl { url } }');
    expect([data.getSignedUrl, errors![0]!.extensions!.code]).toEqual([null, 'UNAUTHENTICATED']);
  });
});

describe('the clients', () => {
  it('7.x: one PUT with its length', async () => {
    const content = randomBytes(100_000);
    expect((await put(await signedUrl(), content, octets)).status).toBe(200);
  });

  it('up to 6.x: POST, then chunks of a MiB', async () => {
    const content = randomBytes(2_500_000);
    const session = await openSession(await signedUrl());
    expect(session).toMatch(/^http:/);
    const statuses: number[] = [];
    for (let start = 0; start < content.length; start += 1024 * 1024) {
      const end = Math.min(start + 1024 * 1024, content.length);
      statuses.push((await putChunk(session, content, start, end)).status);
    }
    expect(statuses).toEqual([308, 308, 200]);
  });

  it('6.1: POST, then all of it at once', async () => {
    const session = await openSession(await signedUrl());
    expect((await put(session, randomBytes(1000), octets)).status).toBe(200);
  });

  it('in a browser: asks first, and sends headers of answers with its request', async () => {
    const url = await signedUrl();
    const odd = {
      'access-control-allow-origin': '*',
      'access-control-max-age': '43200',
      'content-range': 'bytes 0-1728/1729',
    };
    const names = ['x-goog-resumable', 'content-type', ...Object.keys(odd)];
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': names.join(),
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    for (const name of names) expect(preflight.headers.get('access-control-allow-headers')).toContain(name);
    const opened = await fetch(url, {
      method: 'POST',
      headers: { ...octets, 'x-goog-resumable': 'start', origin: 'https://app.example' },
    });
    expect(opened.headers.get('access-control-expose-headers')).toContain('location');
    const sent = await put(opened.headers.get('location')!, randomBytes(1729), {
      ...octets,
      ...odd,
      origin: 'https://app.example',
    });
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });
});

it('names the limit to whom it refuses, and tells no secret to the log', async () => {
  const url = await signedUrl();
  const response = await put(url, Buffer.alloc(3_000_001));
  const { errors } = (await response.json()) as any;
  expect([response.status, errors[0].extensions]).toEqual([
    413,
    { code: 'UPLOAD_TOO_LARGE', maxBytes: 3_000_000, requestId: expect.any(String) },
  ]);
  await eventually(() => expect(server.output()).toContain(new URL(url).pathname));
  expect(server.output()).not.toContain(new URL(url).searchParams.get('signature'));
});
