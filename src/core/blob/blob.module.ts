import { Global, Module } from '@nestjs/common';
import { CONFIG } from '../config/config.js';
import { BlobStore } from './blob-store.js';
import { openBlobStore } from './open-blob-store.js';

/** Gives all modules the BlobStore of the settings. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [CONFIG],
      useFactory: openBlobStore,
    },
  ],
  exports: [BlobStore],
})
export class BlobModule {}
