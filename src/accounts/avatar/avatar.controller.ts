import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forEverybody, PictureServer } from '../../core/picture/picture-server.js';
import { AvatarQueries } from './avatar.queries.js';
import { initialSvg } from './initial.js';

/** The pictures of users and namespaces. */
@Controller('/avatars')
export class AvatarController {
  constructor(
    private readonly avatars: AvatarQueries,
    private readonly pictures: PictureServer,
  ) {}

  @Get('/initial/:file')
  async initial(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const svg = initialSvg(file);
    if (!svg) throw new NotFoundException();
    await forEverybody(reply).type('image/svg+xml').send(svg);
  }

  /** 404 unless somebody has this picture now. */
  @Get('/:hash')
  picture(@Param('hash') hash: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pictures.serve(hash, (shown) => this.avatars.isShown(shown), request, reply);
  }
}
