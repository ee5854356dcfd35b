import type { FileUrl } from '../download/file-urls.js';
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
 * Where a version's file is and what it is. Each part is made when it is selected: a resolver asks for two formats of hundreds of versions,
 * of which each has one.
 */
export class Distribution {
  private made: FileUrl | undefined;
  /** What only a webc has is null when the file is not of the format that is asked for. */
  private readonly webc: VersionFile | null;

  /** @param wanted a format of webc; null for whichever it is */
  constructor(
    private readonly file: VersionFile,
    private readonly makeUrl: () => FileUrl,
    wanted: WebcVersion | null,
  ) {
    const own = webcVersions[file.format];
    this.webc = own !== null && (wanted === null || wanted === own) ? file : null;
  }

  get downloadUrl(): string {
    return this.fileUrl.url;
  }

  get expiresInSeconds(): number | null {
    return this.fileUrl.expiresInSeconds;
  }

  get size(): number | null {
    return asInt(this.file.sizeBytes);
  }

  get webcVersion(): WebcVersion | null {
    return this.webc && webcVersions[this.webc.format];
  }

  get webcManifest(): string | null {
    return this.webc && this.webc.webcManifest;
  }

  get webcDownloadUrl(): string | null {
    return this.webc && this.fileUrl.url;
  }

  get webcExpiresInSeconds(): number | null {
    return this.webc && this.fileUrl.expiresInSeconds;
  }

  get webcSha256Hash(): string | null {
    return this.webc && this.webc.hash;
  }

  get webcSize(): number | null {
    return this.webc && asInt(this.webc.sizeBytes);
  }

  get piritaDownloadUrl(): string | null {
    return this.webcDownloadUrl;
  }

  get piritaExpiresInSeconds(): number | null {
    return this.webcExpiresInSeconds;
  }

  get piritaSha256Hash(): string | null {
    return this.webcSha256Hash;
  }

  get piritaSize(): number | null {
    return this.webcSize;
  }

  private get fileUrl(): FileUrl {
    return (this.made ??= this.makeUrl());
  }
}
