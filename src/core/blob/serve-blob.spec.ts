import { Controller, Get, Inject, Module, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { makeDataFolder } from '../../../test/kit/data-folder.js';
import { eventually } from '../../../test/kit/eventually.js';
import { startFixture } from '../../../test/kit/web-fixture.js';
import { BlobStore } from './blob-store.js';
import { sha256 } from '../../../test/kit/blob-store-conformance.js';
import { DiskBlobStore } from './disk-blob-store.js';
import { serveBlob } from './serve-blob.js';

@Controller('/files')
class FilesController {
  constructor(@Inject(BlobStore) private readonly blobs: BlobStore) {}

  @Get()
  file(@Query() { hash, fileName, isPrivate }: any, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return serveBlob(this.blobs, request, reply, { hash, contentType: 'application/webc', fileName, isPrivate });
  }
}

const content = Buffer.from('0123456789');
const etag = `"${sha256(content)}"`;
let folder: string;
let blobs: BlobStore;
let shell: Awaited<ReturnType<typeof startFixture>>;

beforeAll(async () => {
  folder = makeDataFolder();
  blobs = await DiskBlobStore.open(folder);
  await put(content);
  @Module({ controllers: [FilesController], providers: [{ provide: BlobStore, useValue: blobs }] })
  class FilesModule {}
  shell = await startFixture({}, [{ module: FilesModule }]);
});
afterAll(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (bytes: Buffer) => blobs.put(Readable.from([bytes]), { maxBytes: bytes.length });
const urlOf = (hash: string, more = '') => `${shell.url}/files?hash=${hash}${more}`;
const get = (headers: Record<string, string> = {}, method = 'GET', more = '') =>
  fetch(urlOf(sha256(content), more), { method, headers });
const show = async (answer: Promise<Response>) => {
  const response = await answer;
  const { status, headers } = response;
  return [status, headers.get('content-length'), headers.get('content-range'), await response.text()];
};

it('sends all of it, for caches to keep', async () => {
  const response = await get({ accept: 'application/webc', 'accept-encoding': 'gzip' });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/webc',
    'content-length': '10',
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    etag,
  });
  expect([response.status, response.headers.get('content-encoding'), await response.text()]).toEqual([
    200,
    null,
    '0123456789',
  ]);
  expect(response.headers.has('content-disposition')).toBe(false);
});

it('says of a private content that only its reader may keep it, and offers a name', async () => {
  const { headers } = await get({}, 'GET', '&isPrivate=1&fileName=a%22%0D%0Ab%C3%A9.webc');
  expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  expect(headers.get('content-disposition')).toBe(
    `attachment; filename="a___b_.webc"; filename*=UTF-8''a%22%0D%0Ab%C3%A9.webc`,
  );
});

it('answers HEAD with the headers alone', async () => {
  expect(await show(get({ range: 'bytes=0-3' }, 'HEAD'))).toEqual([200, '10', null, '']);
});

it.each([
  ['bytes=2-5', [206, '4', 'bytes 2-5/10', '2345']],
  ['bytes=8-', [206, '2', 'bytes 8-9/10', '89']],
  ['bytes=-1', [206, '1', 'bytes 9-9/10', '9']],
  ['bytes=0-1,4-5', [200, '10', null, '0123456789']],
])('answers %s', async (range, answer) => expect(await show(get({ range }))).toEqual(answer));

it('refuses a range behind the end, and lets nobody keep that', async () => {
  const response = await get({ range: 'bytes=10-' });
  expect([response.status, response.headers.get('content-range'), response.headers.get('cache-control')]).toEqual([
    416,
    'bytes */10',
    'no-store',
  ]);
  expect(((await response.json()) as any).errors[0].extensions.code).toBe('RANGE_NOT_SATISFIABLE');
});

it('sends a range only of the version that If-Range names', async () => {
  expect((await get({ range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
  for (const other of ['"other"', `W/${etag}`, 'Wed, 25 Nov 2026 09:00:00 GMT']) {
    expect((await get({ range: 'bytes=0-1', 'if-range': other })).status).toBe(200);
  }
});

it.each([etag, `W/${etag}`, `"other", ${etag}`, '*'])('sends nothing to who knows %s', async (known) => {
  for (const method of ['GET', 'HEAD']) {
    const response = await get({ 'if-none-match': known }, method);
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([304, etag, '']);
    expect(response.headers.get('cache-control')).toContain('immutable');
  }
  expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
});

it('serves a content without bytes', async () => {
  await put(Buffer.alloc(0));
  const response = await fetch(urlOf(sha256('')));
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', '']);
});

it('masks that a content is lost, and lets nobody keep that', async () => {
  const response = await fetch(urlOf(sha256('lost')));
  expect([response.status, response.headers.get('cache-control')]).toEqual([500, 'no-store']);
});

// Which files are open is told by Linux alone.
const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('stops reading when the client goes away', async () => {
  const large = randomBytes(30_000_000);
  const { hash } = await put(large);
  const path = join(folder, hash.slice(0, 2), hash);
  const { port } = new URL(shell.url);
  const socket = connect(Number(port), '127.0.0.1', () =>
    socket.write(`GET /files?hash=${hash} HTTP/1.1\r\nhost: x\r\n\r\n`),
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  // The client takes no more, so most of it is not read yet.
  expect(openFiles(path)).toBe(1);
  socket.destroy();
  await eventually(() => expect(openFiles(path)).toBe(0));
  expect((await buffer((await blobs.open(hash))!)).equals(large)).toBe(true);
});

/** How often this process has a file open. */
function openFiles(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}
