import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BlobStore } from '../../core/blob/blob-store.js';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import { refuse } from './avatar.errors.js';
import { NotAPicture, smallPicture } from './picture.js';
import { pictureLimits } from './picture.limits.js';

/** What the inputs of mutations say of an avatar. */
export type AvatarInput = { avatar?: string; avatarUpload?: Upload };

/** A base64 data URL. What it claims to be does not matter: the content itself is looked at. */
const dataUrl = /^data:image\/[a-z0-9.+-]{1,20};base64,([A-Za-z0-9+/]+={0,2})$/;

/** Turns what clients send into stored pictures, known by their hash. */
@Injectable()
export class AvatarStore {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * @returns the hash of the picture; null when the avatar is to be cleared; undefined when nothing is said of it.
   * @throws Refusal INVALID_PICTURE, or BAD_USER_INPUT for a text that is no data URL, both with the field; TOO_MANY_REQUESTS.
   */
  async fromInput({ avatar, avatarUpload }: AvatarInput): Promise<string | null | undefined> {
    if (avatarUpload) return this.fromUpload(avatarUpload);
    if (avatar === undefined) return undefined;
    return avatar === '' ? null : this.fromText(avatar);
  }

  /** @throws Refusal INVALID_PICTURE, TOO_MANY_REQUESTS */
  async fromUpload(upload: Upload, field = 'avatarUpload'): Promise<string> {
    return this.stored(field, upload.sizeBytes, () => buffer(upload.stream()));
  }

  private async fromText(text: string): Promise<string> {
    const field = 'avatar';
    const base64 = dataUrl.exec(text)?.[1];
    if (!base64) {
      const message = 'Send the picture as avatarUpload, or here as data:image/...;base64,...';
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
