import { Controller, Get, Header, Inject, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { loadAsset } from './assets.js';
import { pagePolicy } from './headers.js';
import { startPage } from './pages.js';
import { Totals } from './totals.js';

/** The start page and the files that pages are made of. */
@Controller()
export class PagesController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Totals) private readonly totals: Totals,
  ) {}

  @Get('/')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', pagePolicy)
  @Header('cache-control', 'no-cache')
  async start(): Promise<string> {
    return startPage(this.config.publicUrl, await this.totals.read());
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
