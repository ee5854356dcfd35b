// The program with further projections registered, as a later version with more silos will have: `WAYBILL_BENCH_IDLE` says how many. And with a
// route for every stored file, whoever asks.
import { Controller, Get, Inject, Module, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobStore } from '../../src/core/blob/blob-store.js';
import { serveBlob } from '../../src/core/blob/serve-blob.js';
import { graphqlModules } from '../../src/modules.js';
import { silos } from '../../src/silos.js';
import { idleProjections } from './silos.js';

@Controller('/bench/files')
class FilesController {
  constructor(@Inject(BlobStore) private readonly blobs: BlobStore) {}

  @Get('/:hash')
  file(@Param('hash') hash: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return serveBlob(this.blobs, request, reply, { hash, contentType: 'application/octet-stream' });
  }
}

@Module({ controllers: [FilesController] })
class FilesModule {}

graphqlModules.imports.push(FilesModule);
silos.projections.push(...idleProjections(Number(process.env.WAYBILL_BENCH_IDLE ?? 0)));
await import('../../src/main.js');
