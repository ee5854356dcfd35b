import { randomBytes } from 'node:crypto';
import { openSession, startUploads, type UploadFixture } from '../../../test/kit/upload-fixture.js';

let fixture: UploadFixture;
beforeAll(async () => void (fixture = await startUploads()));
afterAll(() => fixture.close());
beforeEach(() => void (fixture.clock.aheadMs = 0));

const newUrl = (userId = 'ann', seconds = 900) => fixture.uploads.createUrl(userId, seconds);
const put = (url: string, content: Buffer) => fetch(url, { method: 'PUT', body: new Uint8Array(content) });
const codeOf = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, ((await response.json()) as any).errors[0].extensions.code];
};

describe('a URL', () => {
  it('is refused when anything of it is changed, and none of it is told apart', async () => {
    const url = newUrl();
    const session = await openSession(url);
    const other = newUrl('bob');
    const idOf = (of: string) => /uploads\/([^?]+)/.exec(of)![1]!;
    const forged = [
      url.replace(/expires=\d+/, 'expires=9999999999'),
      url.replace(idOf(url), idOf(other)),
      url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      url.replace('signature=', 'session='),
      session.replace('session=', 'signature='),
      url.split('?')[0]!,
      url.replace(idOf(url), '..%2f..%2fsecret'),
    ];
    for (const bad of forged) {
      expect([bad, ...(await codeOf(put(bad, randomBytes(3))))]).toEqual([bad, 403, 'UPLOAD_URL_INVALID']);
      await expect(fixture.uploads.find(bad, 'ann')).rejects.toMatchObject({ code: 'UPLOAD_URL_INVALID' });
    }
  });

  it('begins no upload after its time, but one that has begun goes on for a day, and is found', async () => {
    const content = randomBytes(100);
    const url = newUrl('ann', 60);
    const session = await openSession(url);
    fixture.clock.aheadMs = 61_000;
    expect(await codeOf(put(url, content))).toEqual([403, 'UPLOAD_URL_INVALID']);
    expect((await put(session, content)).status).toBe(200);
    expect((await fixture.uploads.find(url, 'ann')).sizeBytes).toBe(100);
    fixture.clock.aheadMs = 86_400_000 + 61_000;
    expect(await codeOf(put(session, content))).toEqual([403, 'UPLOAD_URL_INVALID']);
  });

  it('names its file to nobody else', async () => {
    const url = newUrl();
    await put(url, randomBytes(5));
    await expect(fixture.uploads.find(url, 'bob')).rejects.toMatchObject({ code: 'UPLOAD_URL_INVALID' });
  });

  it('says what works there', async () => {
    const url = newUrl();
    expect(await codeOf(fetch(url, { method: 'POST' }))).toEqual([400, 'UPLOAD_MALFORMED']);
    const got = await fetch(url);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST, PUT']);
    const preflight = await fetch(url, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    for (const name of ['x-goog-resumable', 'content-range', 'content-type', 'access-control-allow-origin']) {
      expect(preflight.headers.get('access-control-allow-headers')).toContain(name);
    }
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, PUT');
  });
});
