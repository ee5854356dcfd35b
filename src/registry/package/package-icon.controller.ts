import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PictureServer } from '../../core/picture/picture-server.js';
import { PackageQueries } from './package.queries.js';

/** The pictures of packages. */
@Controller('/packages/icons')
export class PackageIconController {
  constructor(
    private readonly packages: PackageQueries,
    private readonly pictures: PictureServer,
  ) {}

  /** 404 unless a package has this icon now. */
  @Get('/:hash')
  icon(@Param('hash') hash: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pictures.serve(hash, (shown) => this.packages.isIconShown(shown), request, reply);
  }
}
