import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { BlobStore } from './blob-store.js';
import { DiskBlobStore } from './disk-blob-store.js';

/** Gives all modules the BlobStore, in the folder `blobs` of the data folder. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [CONFIG],
      useFactory: ({ dataDir }: Config) => DiskBlobStore.open(join(dataDir, 'blobs')),
    },
  ],
  exports: [BlobStore],
})
export class BlobModule {}
