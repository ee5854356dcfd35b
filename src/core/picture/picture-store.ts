import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '../blob/blob-store.js';
import type { Upload } from '../graphql/multipart/upload.js';
import { refuse as refuseInput } from '../errors/core.errors.js';
import { refuse } from './picture.errors.js';
import { NotAPicture, smallPicture } from './picture.js';
import { pictureLimits } from './picture.limits.js';

/** What the input of a mutation says of a picture: a file, or a text in an older field beside it. */
export type PictureInput = {
  /** The field of the text; the file's is called so with `Upload` behind: `avatar`, `avatarUpload`. */
  field: string;
  text: string | undefined;
  upload: Upload | undefined;
};

/** A base64 data URL. What it claims to be does not matter: the content itself is looked at. */
const dataUrl = /^data:image\/[a-z0-9.+-]{1,20};base64,([A-Za-z0-9+/]+={0,2})$/;

/** Turns what clients send into stored pictures, known by their hash. */
@Injectable()
export class PictureStore {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * @returns the hash of the picture; null when it is to be cleared (an empty text); undefined when nothing is said of it.
   * @throws Refusal INVALID_PICTURE, or BAD_USER_INPUT for a text that is no data URL, both with the field; TOO_MANY_REQUESTS.
   */
  async fromInput({ field, text, upload }: PictureInput): Promise<string | null | undefined> {
    if (upload) return this.stored(`${field}Upload`, upload.sizeBytes, () => buffer(upload.stream()));
    if (text === undefined) return undefined;
    return text === '' ? null : this.fromText(field, text);
  }

  private async fromText(field: string, text: string): Promise<string> {
    const base64 = dataUrl.exec(text)?.[1];
    if (!base64) {
      const message = `Send the picture as ${field}Upload, or here as data:image/...;base64,...`;
      throw refuseInput('BAD_USER_INPUT', { field, rule: 'a base64 data URL of a picture' }, message);
    }
    const content = Buffer.from(base64, 'base64');
    return this.stored(field, content.length, async () => content);
  }

  private async stored(field: string, sizeBytes: number, read: () => Promise<Buffer>): Promise<string> {
    const { inputBytes } = pictureLimits;
    if (sizeBytes > inputBytes) throw refuse('INVALID_PICTURE', { field, rule: `at most ${inputBytes} bytes` });
    const picture = await smallPicture(read).catch((error: unknown) => {
      throw error instanceof NotAPicture ? refuse('INVALID_PICTURE', { field, rule: error.rule }) : error;
    });
    const { hash } = await this.blobs.put(Readable.from([picture]), { maxBytes: picture.length });
    return hash;
  }
}
