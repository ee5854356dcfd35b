import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../core/config/config.js';
import { encodeId } from '../../core/ids/global-id.js';
import type { StoredFile } from '../package/package.events.js';

/** Path of every package file, up to the id of the version or release whose file it is. */
export const filePath = '/packages/';

export const fileExtensions: Record<StoredFile['format'], string> = {
  'webc-v2': 'webc',
  'webc-v3': 'webc',
  'tar.gz': 'tar.gz',
};

export type FileUrl = {
  url: string;
  /** Null for a URL that holds for ever. */
  expiresInSeconds: number | null;
};

type Named = { name: string; isPrivate: boolean };

/** Where clients get package files. All URLs are absolute. The name at the end is for people; the id alone decides. */
@Injectable()
export class FileUrls {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  ofVersion(
    { name }: Named,
    { number, version, format }: Pick<StoredFile, 'format'> & { number: number; version: string },
  ): FileUrl {
    // A `+`, of build metadata, is a blank to some.
    const file = `${name}-${encodeURIComponent(version)}.${fileExtensions[format]}`;
    return this.urlOf(encodeId('PackageVersion', number), file);
  }

  ofRelease({ number, hash, format }: Pick<StoredFile, 'hash' | 'format'> & { number: number }): FileUrl {
    return this.urlOf(encodeId('PackageWebc', number), `${hash}.${fileExtensions[format]}`);
  }

  private urlOf(id: string, file: string): FileUrl {
    return { url: `${this.config.publicUrl}${filePath}${id}/${file}`, expiresInSeconds: null };
  }
}
