import { Controller, Get, Inject, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../config/config.js';
import { loadAsset } from '../assets.js';
import { Totals } from '../totals.js';
import { Pages } from './pages.js';
import { startPage } from './start-page.js';

/** The start page and the files that pages are made of. */
@Controller()
export class StartController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Totals) private readonly totals: Totals,
    @Inject(Pages) private readonly pages: Pages,
  ) {}

  @Get('/')
  async start(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.pages.show(request, reply, startPage(this.config.publicUrl, await this.totals.read()));
  }

  /** A URL that names the right hash never changes its content; any other is checked by ETag each time. */
  @Get('/assets/:name')
  async asset(
    @Param('name') name: string,
    @Query('v') version: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asset = await loadAsset(name);
    if (!asset) throw new NotFoundException();
    const etag = `"${asset.hash}"`;
    reply.header('etag', etag);
    reply.header('cache-control', version === asset.hash ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (request.headers['if-none-match'] === etag) await reply.code(304).send();
    else await reply.type(asset.contentType).send(asset.body);
  }
}
