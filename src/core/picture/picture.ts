import type { default as Sharp } from 'sharp';
import { limiter } from '../auth/limiter.js';
import { pictureLimits } from './picture.limits.js';

/** Why a content was not taken. */
export class NotAPicture extends Error {
  override readonly name = 'NotAPicture';
  constructor(readonly rule: string) {
    super(rule);
  }
}

/** Work on pictures, of all requests together: each piece may take a processor, and a hundred megabytes for a large interlaced one. */
const limited = limiter({ parallel: 2, queue: 64 });

/**
 * Makes a small WebP of a picture in whatever format: upright, without anything but the pixels, for metadata tell places and names.
 * @param read gives the content when its turn has come, so that those who wait hold no memory.
 * @throws NotAPicture; Refusal TOO_MANY_REQUESTS; whatever `read` throws.
 */
export function smallPicture(read: () => Promise<Buffer>): Promise<Buffer> {
  return limited(async () => {
    const sharp = await library();
    const content = await read();
    await assertPicture(sharp, content);
    try {
      return await encoded(sharp, content, pictureLimits.edgePixels);
    } catch {
      throw new NotAPicture(`whole, and decoded within ${pictureLimits.timeoutSeconds} s`);
    }
  });
}

/**
 * A picture of ours in a smaller size.
 * @throws Refusal TOO_MANY_REQUESTS; Error when the content is none of ours.
 */
export function resizedPicture(content: Buffer, edgePixels: number): Promise<Buffer> {
  return limited(async () => encoded(await library(), content, edgePixels));
}

/** Reads no more than the head of the content. */
async function assertPicture(sharp: typeof Sharp, content: Buffer): Promise<void> {
  const { width, height } = await head(sharp, content);
  if (width * height > pictureLimits.inputPixels) throw new NotAPicture(`at most ${pictureLimits.inputPixels} pixels`);
}

async function head(sharp: typeof Sharp, content: Buffer): Promise<{ width: number; height: number }> {
  try {
    return await sharp(content, { limitInputPixels: false }).metadata();
  } catch {
    throw new NotAPicture('a PNG, JPEG, WebP or GIF');
  }
}

/** Metadata are left out unless they are asked for. Of an animation it is the first frame. */
function encoded(sharp: typeof Sharp, content: Buffer, edgePixels: number): Promise<Buffer> {
  return sharp(content, { limitInputPixels: pictureLimits.inputPixels, failOn: 'error', autoOrient: true })
    .resize(edgePixels, edgePixels, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 85 })
    .timeout({ seconds: pictureLimits.timeoutSeconds })
    .toBuffer();
}

let loaded: Promise<typeof Sharp> | undefined;

/** Loaded with the first picture: it takes a fifth of a second, which no start should wait for. */
function library(): Promise<typeof Sharp> {
  loaded ??= import('sharp').then(({ default: sharp }) => restricted(sharp));
  return loaded;
}

/** Decoders for what browsers show everywhere; above all none for SVG and PDF, which are programs. Their choice is by content alone. */
function restricted(sharp: typeof Sharp): typeof Sharp {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`) });
  // One thread per picture, so that the limiter's bound is the bound; and no picture is asked for twice.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
