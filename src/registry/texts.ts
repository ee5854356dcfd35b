import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '../core/blob/blob-store.js';

/** READMEs and licences: too long for events and rows, so they are blobs. */
@Injectable()
export class Texts {
  constructor(private readonly blobs: BlobStore) {}

  /** @returns its hash; null for null */
  async put(content: string | null): Promise<string | null> {
    if (content === null) return null;
    const bytes = Buffer.from(content);
    return (await this.blobs.put(Readable.from([bytes]), { maxBytes: bytes.length })).hash;
  }

  /** @returns null for null. @throws Error when the text is not in the store, for then something refers to what was lost */
  async read(hash: string | null): Promise<string | null> {
    if (hash === null) return null;
    const stream = await this.blobs.open(hash);
    if (!stream) throw new Error(`The text ${hash} is missing in the blob store.`);
    return text(stream);
  }
}
