import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { StartupError } from '../postgres/startup-error.js';
import type { BlobStore } from './blob-store.js';
import { DiskBlobStore } from './disk-blob-store.js';
import { S3BlobStore } from './s3-blob-store.js';
import { Spool } from './spool.js';

/**
 * The store that the settings name.
 * @throws StartupError when the bucket is not there or may not be used
 */
export async function openBlobStore({ dataDir, s3 }: Pick<Config, 'dataDir' | 's3'>): Promise<BlobStore> {
  const folder = join(dataDir, 'blobs');
  if (!s3) return DiskBlobStore.open(folder);
  const store = await S3BlobStore.open(s3, await Spool.open(join(folder, 'temporary')));
  await store.check().catch((error: Error) => {
    throw new StartupError(`The bucket ${s3.bucket} (S3_BUCKET) cannot be used: ${error.name}: ${error.message}`);
  });
  return store;
}
