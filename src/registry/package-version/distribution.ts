import type { PackageNode } from '../package/package.queries.js';
import type { FileUrls } from '../download/file-urls.js';
import type { VersionFile } from './package-version.queries.js';

export type WebcVersion = 'V2' | 'V3';

const webcVersions: Record<VersionFile['format'], WebcVersion | null> = {
  'webc-v2': 'V2',
  'webc-v3': 'V3',
  'tar.gz': null,
};

/** GraphQL's Int has 32 bits; what is larger is not told. */
const mostInt = 2 ** 31 - 1;
const asInt = (bytes: number): number | null => (bytes <= mostInt ? bytes : null);

/**
 * Where a version's file is and what it is.
 * @param wanted a version of the webc format; fields about webc are null when the file is of another. Null: whichever it is.
 */
export function distributionOf(
  urls: FileUrls,
  node: PackageNode,
  file: VersionFile & { number: number; version: string },
  wanted: WebcVersion | null,
) {
  const { url, expiresInSeconds } = urls.ofVersion(node, file);
  const webcVersion = webcVersions[file.format];
  const plain = { downloadUrl: url, size: asInt(file.sizeBytes), expiresInSeconds };
  if (webcVersion === null || (wanted !== null && wanted !== webcVersion)) return plain;
  return {
    ...plain,
    webcVersion,
    webcManifest: file.webcManifest,
    piritaDownloadUrl: url,
    piritaExpiresInSeconds: expiresInSeconds,
    piritaSha256Hash: file.hash,
    piritaSize: plain.size,
    webcDownloadUrl: url,
    webcExpiresInSeconds: expiresInSeconds,
    webcSha256Hash: file.hash,
    webcSize: plain.size,
  };
}
