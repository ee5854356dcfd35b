import { buffer } from 'node:stream/consumers';
import { Controller, Get, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStore } from '../../core/blob/blob-store.js';
import { allowAnyOrigin } from '../../core/http/headers.js';
import { AvatarQueries } from './avatar.queries.js';
import { initialSvg } from './initial.js';
import { PictureCache } from './picture-cache.js';
import { pictureLimits, pictureSize } from './picture.limits.js';
import { resizedPicture } from './picture.js';

/** A URL's content never changes. But an erased person's picture must not live on in others' caches for a year. */
const cacheControl = 'public, max-age=86400, immutable';

const cacheBytes = 16 * 1024 * 1024;

/** The pictures of users and namespaces. */
@Controller('/avatars')
export class AvatarController {
  private readonly cache = new PictureCache(cacheBytes);

  constructor(
    private readonly avatars: AvatarQueries,
    private readonly blobs: BlobStore,
  ) {}

  @Get('/initial/:file')
  async initial(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const svg = initialSvg(file);
    if (!svg) throw new NotFoundException();
    await forEverybody(reply).type('image/svg+xml').send(svg);
  }

  /** In the next size that there is; as it is stored without one. 404 unless somebody has this picture now. */
  @Get('/:hash')
  async picture(
    @Param('hash') hash: string,
    @Query('size') wanted: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!/^[0-9a-f]{64}$/.test(hash) || !(await this.avatars.isShown(hash))) throw new NotFoundException();
    const size = pictureSize(/^\d{1,4}$/.test(wanted ?? '') ? Number(wanted) : pictureLimits.edgePixels);
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
function forEverybody(reply: FastifyReply): FastifyReply {
  allowAnyOrigin(reply);
  return reply.header('cross-origin-resource-policy', 'cross-origin').header('cache-control', cacheControl);
}
