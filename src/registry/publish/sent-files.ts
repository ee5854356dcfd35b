import { Injectable } from '@nestjs/common';
import { BlobStore } from '../../core/blob/blob-store.js';
import { Refusal } from '../../core/errors/refusal.js';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { Uploads } from '../../core/upload/uploads.js';
import type { PackageFile } from '../package-file/package-file.js';
import { readPackageFile } from '../package-file/read-package-file.js';
import { webcManifestOf } from './contents.js';

/** A package file that was read. `take` puts it into the blob store. */
export type ReadFile = { file: PackageFile; take(): Promise<unknown> };

/** Package files as clients send them: to a signed URL, or with the request. */
@Injectable()
export class SentFiles {
  constructor(
    private readonly blobs: BlobStore,
    private readonly uploads: Uploads,
  ) {}

  /**
   * Reads the file that was sent to a URL. One that breaks a rule is forgotten at once: it cannot get better.
   * @throws Refusal UPLOAD_… for the URL, PACKAGE_… for the file, MANIFEST_INVALID
   */
  async read(signedUrl: string, userId: string): Promise<ReadFile> {
    const upload = await inField('signedUrl', this.uploads.find(signedUrl, userId));
    try {
      const file = await inField('signedUrl', storableFile(upload.path));
      return { file, take: () => this.uploads.claim(upload) };
    } catch (error) {
      if (error instanceof Refusal) await this.uploads.discard(upload);
      throw error;
    }
  }

  /** Reads a file that came with the request. @throws Refusal PACKAGE_…, MANIFEST_INVALID */
  async readFile(upload: Upload): Promise<ReadFile> {
    const file = await inField('fileUpload', storableFile(upload.fd));
    return { file, take: () => this.blobs.put(upload.stream(), { maxBytes: upload.sizeBytes }) };
  }
}

/** What reads a package file, with the limits of what is stored of it. @param file a path, or the number of an open file */
async function storableFile(file: string | number): Promise<PackageFile> {
  const read = await readPackageFile(file);
  webcManifestOf(read);
  return read;
}

/** Names the field of the input whose file or URL was refused. */
function inField<T>(field: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof Refusal ? error.inField(field) : error;
  });
}
