import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '../../core/blob/blob-store.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import type { ReleaseContents } from '../package-release/package-release.events.js';
import { publishLimits } from './publish.limits.js';

type Texts = { readme: string | null; licenseFile: string | null };

/** README and licence of a version: too long for an event, so they are blobs. */
@Injectable()
export class PublishedTexts {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * @returns hashes: of what the publisher gives, else of what lay in the file
   * @throws Refusal BAD_USER_INPUT for a text that is too long
   */
  async store(said: { readme?: string; licenseFile?: string }, contents: ReleaseContents): Promise<Texts> {
    for (const field of ['readme', 'licenseFile'] as const) assertShort(said[field], field);
    const [readme, licenseFile] = await Promise.all([this.put(said.readme), this.put(said.licenseFile)]);
    return { readme: readme ?? contents.readme, licenseFile: licenseFile ?? contents.licenseFile };
  }

  private async put(text: string | undefined): Promise<string | null> {
    if (!text) return null;
    const content = Buffer.from(text);
    return (await this.blobs.put(Readable.from([content]), { maxBytes: content.length })).hash;
  }
}

function assertShort(text: string | undefined, field: string): void {
  const most = publishLimits.textBytes;
  if (text && Buffer.byteLength(text) > most)
    throw refuseInput('BAD_USER_INPUT', { field, rule: `at most ${most} bytes` });
}
