import { Controller, Get, Options, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStore } from '../../core/blob/blob-store.js';
import { serveBlob } from '../../core/blob/serve-blob.js';
import { answerPreflight } from '../../core/http/headers.js';
import type { StoredFile } from '../package/package.events.js';
import { DownloadAccess } from './download-access.js';
import { DownloadCounts } from './download-counts.js';
import { DownloadQueries } from './download.queries.js';
import { filePath } from './file-urls.js';

const contentTypes: Record<StoredFile['format'], string> = {
  'webc-v2': 'application/webc',
  'webc-v3': 'application/webc',
  'tar.gz': 'application/gzip',
};

const route = `${filePath}:id/:file`;

/** The files of versions and releases, where `FileUrls` says. The name at the end makes no difference. */
@Controller()
export class DownloadController {
  constructor(
    private readonly downloads: DownloadQueries,
    private readonly access: DownloadAccess,
    private readonly blobs: BlobStore,
    private readonly counts: DownloadCounts,
  ) {}

  @Get(route)
  async file(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { hash, format, fileName, isPrivate, version } = await this.access.openedBy(
      id,
      await this.downloads.byId(id),
      request,
    );
    // Another user of the same browser is asked for his own token.
    if (isPrivate) reply.header('vary', 'authorization');
    await serveBlob(this.blobs, request, reply, { hash, contentType: contentTypes[format], fileName, isPrivate });
    if (version && isDownload(request, reply)) this.counts.count(version.packageId, version.number);
  }

  /** A browser asks before it sends a token along. */
  @Options(route)
  async preflight(@Res() reply: FastifyReply): Promise<void> {
    await answerPreflight(reply, ['GET', 'HEAD']);
  }
}

/** From its beginning: the rest of one that broke off is not a second one, and nothing is downloaded by HEAD or to a cache that has it. */
function isDownload({ method }: FastifyRequest, reply: FastifyReply): boolean {
  if (method !== 'GET') return false;
  return reply.statusCode === 200 || String(reply.getHeader('content-range')).startsWith('bytes 0-');
}
