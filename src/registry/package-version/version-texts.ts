import { text } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '../../core/blob/blob-store.js';

/** Long texts of versions, which lie in the blob store. */
@Injectable()
export class VersionTexts {
  constructor(private readonly blobs: BlobStore) {}

  /** @returns null for null. @throws Error when the text is not in the store, for then something refers to what was lost */
  async read(hash: string | null): Promise<string | null> {
    if (hash === null) return null;
    const stream = await this.blobs.open(hash);
    if (!stream) throw new Error(`The text ${hash} is missing in the blob store.`);
    return text(stream);
  }
}
