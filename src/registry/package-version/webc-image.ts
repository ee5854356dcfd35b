import type { WebcVersion } from './distribution.js';
import type { FileUrl } from '../download/file-urls.js';
import { encodeId } from '../../core/ids/global-id.js';

type Webc = {
  /** Of the release. */
  number: number;
  hash: string;
  sizeBytes: number;
  format: string;
  webcManifest: string | null;
  createdAt: Date;
};

/** A webc as the interface shows it; it never changes. Null for a file of another format. */
export function webcImageOf({ number, hash, sizeBytes, format, webcManifest, createdAt }: Webc, { url }: FileUrl) {
  if (format === 'tar.gz') return null;
  return {
    id: encodeId('WebcImage', number),
    createdAt,
    updatedAt: createdAt,
    fileSize: sizeBytes,
    manifest: webcManifest!,
    version: (format === 'webc-v2' ? 'V2' : 'V3') satisfies WebcVersion,
    webcSha256: hash,
    webcUrl: url,
  };
}
