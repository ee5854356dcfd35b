import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { BlobStore } from '../blob/blob-store.js';
import { CONFIG, type Config } from '../config/config.js';
import { UploadRoutes } from './upload-routes.js';
import { uploadLimits } from './upload.limits.js';
import { UploadUrls } from './upload-urls.js';
import { Uploads } from './uploads.js';

/** Serves `/uploads/…` and gives all modules Uploads. */
@Global()
@Module({
  providers: [
    UploadRoutes,
    {
      provide: Uploads,
      inject: [CONFIG, UploadUrls, BlobStore],
      useFactory: (config: Config, urls: UploadUrls, blobs: BlobStore) => {
        const { perOwner, ownerShare } = uploadLimits;
        const { maxUploadBytes: maxBytes, dataDir } = config;
        return new Uploads({
          // Files of multipart requests lie in `uploads` itself.
          folder: join(dataDir, 'uploads', 'signed'),
          urls,
          // Read for each URL: with PORT=0 it is known only once the server listens.
          base: () => config.publicUrl,
          maxBytes,
          ownerLimits: { uploads: perOwner, bytes: ownerShare * maxBytes },
          blobs,
        });
      },
    },
  ],
  exports: [Uploads],
})
export class UploadModule {}
