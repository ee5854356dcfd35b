import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { eventually } from '../../../test/kit/eventually.js';
import {
  askProgress,
  beginPut,
  openSession,
  putChunk,
  standing,
  startUploads,
  type UploadFixture,
} from '../../../test/kit/upload-fixture.js';

let fixture: UploadFixture;
beforeAll(async () => void (fixture = await startUploads()));
afterAll(() => fixture.close());
beforeEach(() => void (fixture.clock.aheadMs = 0));

const someBytes = (size: number) => randomBytes(size);
const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const newUrl = (userId = 'ann', seconds = 900) => fixture.uploads.createUrl(userId, seconds);
const put = (url: string, content: Buffer, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(content) });
const codeOf = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, ((await response.json()) as any).errors[0].extensions.code];
};
const foundAt = async (url: string) => readFile((await fixture.uploads.find(url, 'ann')).path);

describe('a whole file by one PUT', () => {
  it('is found by its URL afterwards, with size and hash', async () => {
    const content = someBytes(300_000);
    const url = newUrl();
    const { status, headers } = await put(url, content, { 'content-type': 'application/octet-stream' });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const found = await fixture.uploads.find(url, 'ann');
    expect(found).toMatchObject({ hash: hashOf(content), sizeBytes: content.length });
    expect((await readFile(found.path)).equals(content)).toBe(true);
  });

  it.each([undefined, 'application/zip', 'application/json', 'text/plain'])('takes it as %s', async (type) => {
    const url = newUrl();
    expect((await put(url, Buffer.from('{nothing'), type ? { 'content-type': type } : {})).status).toBe(200);
    expect((await foundAt(url)).toString()).toBe('{nothing');
  });

  it('takes one without bytes, one without length, and another in place of the first', async () => {
    const url = newUrl();
    expect((await put(url, Buffer.alloc(0))).status).toBe(200);
    expect(await foundAt(url)).toHaveLength(0);
    const body = Readable.toWeb(Readable.from([someBytes(10), someBytes(20)])) as ReadableStream;
    expect((await fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit)).status).toBe(200);
    expect(await foundAt(url)).toHaveLength(30);
  });

  it('takes 64 at once', async () => {
    const contents = Array.from({ length: 64 }, () => someBytes(200_000));
    const urls = contents.map(() => newUrl());
    const answers = await Promise.all(urls.map((url, index) => put(url, contents[index]!)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const [index, url] of urls.entries()) {
      const found = await fixture.uploads.find(url, 'ann');
      expect(found.hash).toBe(hashOf(contents[index]!));
      await fixture.uploads.discard(found);
    }
  });

  it('leaves nothing when it breaks off, and can be repeated', async () => {
    const url = newUrl();
    const { socket } = await beginPut(url, ['content-length: 1000000']);
    socket.write(someBytes(200_000));
    await eventually(() => expect(filesOf(url).length).toBeGreaterThan(1));
    socket.destroy();
    await eventually(() => expect(existsSync(folderOf(url))).toBe(false));
    await expect(fixture.uploads.find(url, 'ann')).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect((await put(url, someBytes(10))).status).toBe(200);
  });

  it('refuses one that is too large, told or not', async () => {
    const url = newUrl();
    expect(await codeOf(put(url, Buffer.alloc(10_000_001)))).toEqual([413, 'UPLOAD_TOO_LARGE']);
    const body = Readable.toWeb(
      Readable.from(Array.from({ length: 11 }, () => Buffer.alloc(1_000_000))),
    ) as ReadableStream;
    expect(await codeOf(fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit))).toEqual([
      413,
      'UPLOAD_TOO_LARGE',
    ]);
    expect(existsSync(folderOf(url))).toBe(false);
  });
});

describe('a file in chunks', () => {
  it('says after each where it stands, and never where to go', async () => {
    const content = someBytes(250_000);
    const url = newUrl();
    const session = await openSession(url);
    expect(session).toMatch(new RegExp(`^${fixture.url}/uploads/`));
    const first = await putChunk(session, content, 0, 100_000);
    expect([first.status, first.headers.get('range'), first.headers.get('location')]).toEqual([
      308,
      'bytes=0-99999',
      null,
    ]);
    expect(first.headers.get('access-control-expose-headers')).toContain('range');
    expect(await standing(askProgress(session, content.length))).toEqual([308, 'bytes=0-99999']);
    expect(await standing(askProgress(session))).toEqual([308, 'bytes=0-99999']);
    await expect(fixture.uploads.find(url, 'ann')).rejects.toMatchObject({
      code: 'UPLOAD_INCOMPLETE',
      details: { receivedBytes: 100_000, totalBytes: 250_000 },
    });
    expect((await putChunk(session, content, 100_000, 200_000)).status).toBe(308);
    expect((await putChunk(session, content, 200_000, 250_000)).status).toBe(200);
    expect((await askProgress(session, 250_000)).status).toBe(200);
    for (const name of [url, session]) {
      expect(await fixture.uploads.find(name, 'ann')).toMatchObject({ hash: hashOf(content), sizeBytes: 250_000 });
    }
    expect(filesOf(url)).toHaveLength(2);
  });

  it('has no range before the first byte, and takes all of it without Content-Range', async () => {
    const content = someBytes(5000);
    const url = newUrl();
    const session = await openSession(url);
    expect(await standing(askProgress(session, 5000))).toEqual([308, null]);
    expect((await put(session, content)).status).toBe(200);
    expect((await fixture.uploads.find(session, 'ann')).hash).toBe(hashOf(content));
  });

  it('takes a session without a PUT for a file without bytes, and a question that says so', async () => {
    const url = newUrl();
    await openSession(url);
    expect(await fixture.uploads.find(url, 'ann')).toMatchObject({ sizeBytes: 0, hash: hashOf(Buffer.alloc(0)) });
    expect(await standing(askProgress(await openSession(newUrl()), 0))).toEqual([200, null]);
  });

  it('takes repeated, overlapping and early chunks by what is new in them', async () => {
    const content = someBytes(1000);
    const url = newUrl();
    const session = await openSession(url);
    expect(await standing(putChunk(session, content, 500, 1000))).toEqual([308, null]);
    expect(await standing(putChunk(session, content, 0, 400))).toEqual([308, 'bytes=0-399']);
    expect(await standing(putChunk(session, content, 0, 400))).toEqual([308, 'bytes=0-399']);
    expect(await standing(putChunk(session, content, 100, 300))).toEqual([308, 'bytes=0-399']);
    expect(await standing(putChunk(session, content, 300, 600))).toEqual([308, 'bytes=0-599']);
    expect(await standing(putChunk(session, content, 601, 1000))).toEqual([308, 'bytes=0-599']);
    expect(await standing(putChunk(session, content, 0, 1000))).toEqual([200, null]);
    expect(await standing(putChunk(session, content, 0, 400))).toEqual([200, null]);
    expect((await foundAt(url)).equals(content)).toBe(true);
  });

  it('takes chunks of a file whose size is said last', async () => {
    const content = someBytes(600);
    const url = newUrl();
    const session = await openSession(url);
    expect(await standing(putChunk(session, content, 0, 300, '*'))).toEqual([308, 'bytes=0-299']);
    expect(await standing(putChunk(session, content, 300, 600, '*'))).toEqual([308, 'bytes=0-599']);
    expect(await standing(askProgress(session))).toEqual([308, 'bytes=0-599']);
    expect(await standing(askProgress(session, 600))).toEqual([200, null]);
    expect((await foundAt(url)).equals(content)).toBe(true);
  });

  it('refuses what contradicts itself or what was said', async () => {
    const content = someBytes(1000);
    const session = await openSession(newUrl());
    await putChunk(session, content, 0, 500);
    expect(await codeOf(putChunk(session, content, 500, 900, 2000))).toEqual([409, 'UPLOAD_CONFLICT']);
    expect(await codeOf(askProgress(session, 400))).toEqual([409, 'UPLOAD_CONFLICT']);
    expect(await codeOf(putChunk(session, content, 500, 600, 20_000_000))).toEqual([413, 'UPLOAD_TOO_LARGE']);
    for (const range of [
      'bytes 5-3/10',
      'bytes 0-10/10',
      'bytes 0-1',
      'items 0-1/2',
      'bytes 0-998/1000',
      'bytes */1000',
      '',
    ]) {
      const sent = put(session, content, { 'content-range': range });
      expect([range, ...(await codeOf(sent))]).toEqual([range, 400, 'UPLOAD_MALFORMED']);
    }
    expect(await standing(askProgress(session))).toEqual([308, 'bytes=0-499']);
  });

  it('counts nothing of a chunk that is longer than it says, and all of one that is shorter', async () => {
    const url = newUrl();
    const session = await openSession(url);
    const send = async (rest: number) => {
      const { socket, answer } = await beginPut(session, [
        'transfer-encoding: chunked',
        'content-range: bytes 0-99/200',
      ]);
      // The first part is written before the second one comes.
      socket.write(`32\r\n${'a'.repeat(50)}\r\n`);
      await eventually(() => expect(statSync(join(folderOf(url), 'chunks')).size).toBe(50));
      socket.write(`${rest.toString(16)}\r\n${'a'.repeat(rest)}\r\n0\r\n\r\n`);
      await eventually(() => expect(answer()).toMatch(/^HTTP\/1\.1 \d+ /));
      socket.destroy();
      return Number(answer().split(' ')[1]);
    };
    expect(await send(51)).toBe(400);
    expect(await standing(askProgress(session))).toEqual([308, null]);
    expect(await send(10)).toBe(308);
    expect(await standing(askProgress(session))).toEqual([308, 'bytes=0-59']);
  });

  it('keeps what came of a chunk whose connection breaks', async () => {
    const content = someBytes(1_000_000);
    const url = newUrl();
    const session = await openSession(url);
    const { socket } = await beginPut(session, ['content-length: 1000000', 'content-range: bytes 0-999999/1000000']);
    socket.write(content.subarray(0, 300_000));
    await eventually(() => expect(filesOf(url)).toContain('chunks'));
    socket.destroy();
    const received = await eventually(async () => {
      const [, range] = await standing(askProgress(session));
      expect(range).not.toBeNull();
      return Number(range!.split('-')[1]) + 1;
    });
    expect(received).toBeLessThanOrEqual(300_000);
    expect((await putChunk(session, content, received, 1_000_000)).status).toBe(200);
    expect((await foundAt(url)).equals(content)).toBe(true);
  });

  it('lets a new request take over from one that is silent', async () => {
    const content = someBytes(1000);
    const url = newUrl();
    const session = await openSession(url);
    const { socket: silent, answer } = await beginPut(session, [
      'content-length: 1000',
      'content-range: bytes 0-999/1000',
    ]);
    silent.write(content.subarray(0, 10));
    await eventually(() => expect(filesOf(url)).toContain('chunks'));
    expect((await putChunk(session, content, 0, 1000)).status).toBe(200);
    expect((await foundAt(url)).equals(content)).toBe(true);
    await eventually(() => expect(answer()).toMatch(/^HTTP\/1\.1 409 /));
    silent.destroy();
  });

  it('comes to the same file when all send the same at once', async () => {
    const content = someBytes(400_000);
    const url = newUrl();
    const session = await openSession(url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => putChunk(session, content, 0, 400_000)));
    expect(answers.map(({ status }) => status).filter((status) => ![200, 308, 409].includes(status))).toEqual([]);
    expect((await putChunk(session, content, 0, 400_000)).status).toBe(200);
    expect((await foundAt(url)).equals(content)).toBe(true);
  });

  it('begins anew with a second POST', async () => {
    const url = newUrl();
    const session = await openSession(url);
    await putChunk(session, someBytes(1000), 0, 500);
    expect(await openSession(url)).toBe(session);
    const content = someBytes(700);
    expect(await standing(putChunk(session, content, 0, 700))).toEqual([200, null]);
    expect((await foundAt(url)).equals(content)).toBe(true);
  });
});

const folderOf = (url: string) => join(fixture.folder, new URL(url).pathname.split('/').at(-1)!);
const filesOf = (url: string) => (existsSync(folderOf(url)) ? readdirSync(folderOf(url)) : []);
