import { buffer } from 'node:stream/consumers';
import { Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStore } from '../blob/blob-store.js';
import { allowAnyOrigin } from '../http/headers.js';
import { PictureCache } from './picture-cache.js';
import { pictureLimits, pictureSize } from './picture.limits.js';
import { resizedPicture } from './picture.js';

/** A URL's content never changes. But an erased person's picture must not live on in others' caches for a year. */
const cacheControl = 'public, max-age=86400, immutable';

const cacheBytes = 16 * 1024 * 1024;

/** Answers requests for stored pictures. */
@Injectable()
export class PictureServer {
  private readonly cache = new PictureCache(cacheBytes);

  constructor(private readonly blobs: BlobStore) {}

  /**
   * A picture in the next size that there is; as it is stored when no size is asked for (`?size=` in pixels).
   * @param isShown whether anybody may see it now: the store holds other contents, too, and pictures that nobody has any more.
   * @throws NotFoundException when it is not shown.
   */
  async serve(
    hash: string,
    isShown: (hash: string) => Promise<boolean>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (!/^[0-9a-f]{64}$/.test(hash) || !(await isShown(hash))) throw new NotFoundException();
    const size = wantedSize(request);
    const etag = `"${hash}-${size}"`;
    forEverybody(reply).header('etag', etag);
    if (request.headers['if-none-match'] === etag) await reply.code(304).send();
    else await reply.type('image/webp').send(await this.cache.get(etag, () => this.made(hash, size)));
  }

  private async made(hash: string, size: number): Promise<Buffer> {
    const stream = await this.blobs.open(hash);
    if (!stream) throw new Error(`The picture ${hash} is missing in the blob store.`);
    const content = await buffer(stream);
    return size === pictureLimits.edgePixels ? content : resizedPicture(content, size);
  }
}

/** Pages of other sites may show it, also those that are isolated. */
export function forEverybody(reply: FastifyReply): FastifyReply {
  allowAnyOrigin(reply);
  return reply.header('cross-origin-resource-policy', 'cross-origin').header('cache-control', cacheControl);
}

function wantedSize({ query }: FastifyRequest): number {
  const { size } = query as { size?: unknown };
  return pictureSize(typeof size === 'string' && /^\d{1,4}$/.test(size) ? Number(size) : pictureLimits.edgePixels);
}
