import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { makeDataFolder } from '../../../test/kit/data-folder.js';
import { describeS3, testBucket } from '../../../test/kit/s3.js';
import { behavesAsBlobStore } from '../../../test/kit/blob-store-conformance.js';
import { S3BlobStore } from './s3-blob-store.js';
import { Spool } from './spool.js';

describeS3('with an S3-compatible server', () => {
  let folder: string;
  beforeEach(() => (folder = makeDataFolder()));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (more = {}) =>
    S3BlobStore.open({ ...(await testBucket()), prefix: `${randomUUID()}/`, ...more }, await Spool.open(folder), 0);

  behavesAsBlobStore(open);

  it('says at the start that it may not use a bucket, or that there is none', async () => {
    await expect((await open()).check()).resolves.toBeUndefined();
    await expect((await open({ bucket: 'nowhere' })).check()).rejects.toThrow();
    await expect((await open({ secretAccessKey: 'wrong' })).check()).rejects.toThrow();
  });
});
