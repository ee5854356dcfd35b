import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openSession, putChunk, startUploads, type UploadFixture } from '../../../test/kit/upload-fixture.js';

let fixture: UploadFixture;
beforeEach(async () => {
  fixture = await startUploads({ maxBytes: 1000, ownerLimits: { uploads: 3, bytes: 2500 } });
});
afterEach(() => fixture.close());

const newUrl = (userId = 'ann') => fixture.uploads.createUrl(userId, 900);
const put = (url: string, content: Buffer | string) =>
  fetch(url, { method: 'PUT', body: new Uint8Array(Buffer.from(content)) });
const refusalOf = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, ((await response.json()) as any).errors[0].extensions.code];
};
const find = (url: string) => fixture.uploads.find(url, 'ann');

describe('claiming', () => {
  it('moves the file into the blob store, without a copy, and forgets the upload', async () => {
    const url = newUrl();
    await put(url, 'hello');
    const found = await find(url);
    const { ino } = statSync(found.path);
    const { hash } = await fixture.uploads.claim(found);
    expect((await buffer((await fixture.blobs.open(hash))!)).toString()).toBe('hello');
    expect(statSync(join(fixture.folder, '..', 'blobs', hash.slice(0, 2), hash)).ino).toBe(ino);
    expect(readdirSync(fixture.folder)).toEqual([]);
    await expect(find(url)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('gives one file to one of many', async () => {
    const url = newUrl();
    await put(url, 'hello');
    const found = await find(url);
    const claims = await Promise.allSettled(Array.from({ length: 5 }, () => fixture.uploads.claim(found)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = claims.find((claim) => claim.status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('takes no other file than the one that was found', async () => {
    const url = newUrl();
    await put(url, 'first');
    const found = await find(url);
    await put(url, 'second');
    await expect(fixture.uploads.claim(found)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect((await find(url)).sizeBytes).toBe(6);
    await fixture.uploads.discard(await find(url));
    await expect(find(url)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  });

  it('ends the session: what comes then is not there', async () => {
    const session = await openSession(newUrl());
    await putChunk(session, Buffer.from('hello'), 0, 5);
    await fixture.uploads.claim(await find(session));
    expect(await refusalOf(putChunk(session, Buffer.from('hello'), 0, 5))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(await refusalOf(put(session, 'hello'))).toEqual([404, 'UPLOAD_NOT_FOUND']);
  });
});

describe('limits of one owner', () => {
  it('counts uploads, also when they come at once, and not those of others', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(newUrl(), 'x')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    expect(await refusalOf(put(newUrl(), 'x'))).toEqual([429, 'TOO_MANY_UPLOADS']);
    expect((await put(newUrl('bob'), 'x')).status).toBe(200);
  });

  it('counts bytes, as they are announced', async () => {
    const announced = randomBytes(900);
    const session = await openSession(newUrl());
    expect((await putChunk(session, announced, 0, 10)).status).toBe(308);
    const url = newUrl();
    expect((await put(url, randomBytes(900))).status).toBe(200);
    expect(await refusalOf(put(newUrl(), randomBytes(900)))).toEqual([413, 'UPLOAD_SPACE_EXHAUSTED']);
    expect((await putChunk(session, announced, 10, 900)).status).toBe(200);
    await fixture.uploads.claim(await find(url));
    expect((await put(newUrl(), randomBytes(900))).status).toBe(200);
  });

  it('counts one whose size nobody says as the largest that may come', async () => {
    for (const _ of [1, 2]) await putChunk(await openSession(newUrl()), randomBytes(10), 0, 10, '*');
    expect(await refusalOf(put(newUrl(), randomBytes(600)))).toEqual([413, 'UPLOAD_SPACE_EXHAUSTED']);
  });
});

describe('sweeping', () => {
  it('deletes what nobody came for a day after its URL expired', async () => {
    const url = newUrl();
    await put(url, 'hello');
    await openSession(newUrl());
    fixture.clock.aheadMs = (900 + 86_400 - 5) * 1000;
    expect(await fixture.uploads.sweep()).toBe(0);
    expect((await find(url)).sizeBytes).toBe(5);
    fixture.clock.aheadMs = (900 + 86_400 + 1) * 1000;
    expect(await fixture.uploads.sweep()).toBe(2);
    expect(readdirSync(fixture.folder)).toEqual([]);
  });

  it('deletes what a crash left without a state, once it is a day old', async () => {
    expect(await fixture.uploads.sweep()).toBe(0);
    const left = join(fixture.folder, 'left');
    mkdirSync(left, { recursive: true });
    expect(await fixture.uploads.sweep()).toBe(0);
    const dayAgo = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(left, dayAgo, dayAgo);
    expect(await fixture.uploads.sweep()).toBe(1);
  });
});

it('makes a URL without writing anything', () => {
  for (let n = 0; n < 100; n++) newUrl();
  expect(() => readdirSync(fixture.folder)).toThrow('ENOENT');
});
