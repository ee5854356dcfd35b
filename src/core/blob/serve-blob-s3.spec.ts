import { Controller, Get, Inject, Module, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { makeDataFolder } from '../../../test/kit/data-folder.js';
import { describeS3, testBucket } from '../../../test/kit/s3.js';
import { startFixture } from '../../../test/kit/web-fixture.js';
import { BlobStore } from './blob-store.js';
import { S3BlobStore } from './s3-blob-store.js';
import { serveBlob } from './serve-blob.js';
import { Spool } from './spool.js';

@Controller('/files')
class FilesController {
  constructor(@Inject(BlobStore) private readonly blobs: BlobStore) {}

  @Get()
  file(@Query('hash') hash: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return serveBlob(this.blobs, request, reply, { hash, contentType: 'application/webc' });
  }
}

describeS3('from a bucket', () => {
  let folder: string;
  let blobs: BlobStore;
  let shell: Awaited<ReturnType<typeof startFixture>>;

  beforeAll(async () => {
    folder = makeDataFolder();
    blobs = await S3BlobStore.open(await testBucket(), await Spool.open(folder));
    @Module({ controllers: [FilesController], providers: [{ provide: BlobStore, useValue: blobs }] })
    class FilesModule {}
    shell = await startFixture({}, [{ module: FilesModule }]);
  });
  afterAll(async () => {
    await shell.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sends all of it, or a part, or says that the client has it', async () => {
    const content = randomBytes(3_000_000);
    const { hash } = await blobs.put(Readable.from([content]), { maxBytes: content.length });
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`${shell.url}/files?hash=${hash}`, { method, headers });
    const whole = await get();
    expect([whole.status, whole.headers.get('content-length'), whole.headers.get('etag')]).toEqual([
      200,
      '3000000',
      `"${hash}"`,
    ]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
    const part = await get({ range: 'bytes=1000000-1000099' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000000-1000099/3000000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(1_000_000, 1_000_100))).toBe(true);
    expect((await get({ 'if-none-match': `"${hash}"` })).status).toBe(304);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3000000', '']);
  });
});
