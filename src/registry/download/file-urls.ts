import { Inject, Injectable } from '@nestjs/common';
import { DownloadSignatures } from '../../core/auth/download-signatures.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { encodeId } from '../../core/ids/global-id.js';
import type { StoredFile } from '../package/package.events.js';
import { registryLimits } from '../registry.limits.js';

/** Path of every package file, up to the id of the version or release whose file it is. */
export const filePath = '/packages/';

type Format = StoredFile['format'];

const fileExtensions: Record<Format, string> = { 'webc-v2': 'webc', 'webc-v3': 'webc', 'tar.gz': 'tar.gz' };

export type FileUrl = {
  url: string;
  /** Null for a URL that holds for ever. */
  expiresInSeconds: number | null;
};

/** What a version's file is called. @param name of the package, without its owner */
export const versionFileName = (name: string, { version, format }: { version: string; format: Format }): string =>
  `${name}-${version}.${fileExtensions[format]}`;

/** What a release's file is called. */
export const releaseFileName = ({ hash, format }: { hash: string; format: Format }): string =>
  `${hash}.${fileExtensions[format]}`;

/**
 * Where clients get package files. All URLs are absolute. The name at the end is for people; the id alone decides. The URL of a private file
 * opens it for an hour to whoever has it: make one only for who may see the package.
 */
@Injectable()
export class FileUrls {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly signatures: DownloadSignatures,
  ) {}

  ofVersion(
    { name, isPrivate }: { name: string; isPrivate: boolean },
    file: { number: number; version: string; format: Format },
  ): FileUrl {
    return this.urlOf(encodeId('PackageVersion', file.number), versionFileName(name, file), isPrivate);
  }

  ofRelease(release: { number: number; hash: string; format: Format; isPrivate: boolean }): FileUrl {
    return this.urlOf(encodeId('PackageWebc', release.number), releaseFileName(release), release.isPrivate);
  }

  private urlOf(id: string, fileName: string, isPrivate: boolean): FileUrl {
    // A `+`, of build metadata, is a blank to some.
    const url = `${this.config.publicUrl}${filePath}${id}/${encodeURIComponent(fileName)}`;
    if (!isPrivate) return { url, expiresInSeconds: null };
    const expiresInSeconds = registryLimits.downloadUrlSeconds;
    const expiresAt = Math.floor(Date.now() / 1000) + expiresInSeconds;
    return { url: `${url}?${this.signatures.query(id, expiresAt)}`, expiresInSeconds };
  }
}
