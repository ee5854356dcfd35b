import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerAsJson, type Failure, failureOf } from '../http/failure.js';
import { allowAnyOrigin, answerPreflight } from '../http/headers.js';
import { letTakeItsTime } from '../http/own-pace.js';
import { Body } from './body.js';
import { parseContentRange } from './content-range.js';
import { TurnEnded } from './turns.js';
import { refuse } from './upload.errors.js';
import { uploadLimits } from './upload.limits.js';
import type { Progress } from './upload-state.js';
import { uploadPath } from './upload-urls.js';
import { Uploads } from './uploads.js';

const methods = ['POST', 'PUT'];

/** Resumable uploads as Google Cloud Storage speaks them, for its clients are who comes: see README. */
@Injectable()
export class UploadRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    private readonly uploads: Uploads,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    void fastify.register(async (scope) => this.serve(scope));
    let letBe = (): void => undefined;
    // What is under way may end by itself first; until then the server waits for it as for every request.
    fastify.addHook('preClose', async () => void (letBe = this.uploads.stopSoon()));
    fastify.addHook('onClose', async () => letBe());
  }

  private serve(scope: FastifyInstance): void {
    const url = `${uploadPath}:id`;
    // The body is read by the handler, as it comes. Whatever type it claims makes no difference.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.setErrorHandler((error, request, reply) => answerAsJson(request, reply, uploadFailure(error, request)));
    scope.post(url, (request, reply) => this.start(request, reply));
    scope.put(url, (request, reply) => this.put(request, reply));
    scope.options(url, (_request, reply) => answerPreflight(reply, methods));
    scope.route({ method: ['GET', 'DELETE', 'PATCH'], url, handler: refuseMethod });
  }

  private async start({ url, headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
    const admitted = this.uploads.admit(url);
    if (headers['x-goog-resumable'] !== 'start') {
      throw refuse(
        'UPLOAD_MALFORMED',
        {},
        'A POST begins a resumable upload: send x-goog-resumable: start. Or PUT the file at once.',
      );
    }
    const location = await this.uploads.start(admitted);
    allowAnyOrigin(reply);
    await reply.code(201).header('location', location).send();
  }

  private async put(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const body = new Body(request.raw);
    try {
      const { receivedBytes, isWhole } = await this.take(request, reply, body);
      allowAnyOrigin(reply);
      // Never with a Location: clients would follow it as a redirect.
      reply.code(isWhole ? 200 : 308);
      if (!isWhole && receivedBytes > 0) reply.header('range', `bytes=0-${receivedBytes - 1}`);
      await reply.send();
    } finally {
      body.discard(uploadLimits.discardedBytes).catch(() => undefined);
    }
  }

  private async take({ url, headers, raw }: FastifyRequest, reply: FastifyReply, body: Body): Promise<Progress> {
    const admitted = this.uploads.admit(url);
    letTakeItsTime(raw, reply.raw, uploadLimits.idleMs);
    const range = parseContentRange(headers['content-range']);
    if (range.kind === 'whole') return this.uploads.putWhole(admitted, body);
    if (range.kind === 'chunk') return this.uploads.putChunk(admitted, range, body);
    if (body.sizeBytes !== 0) throw refuse('UPLOAD_MALFORMED', {}, 'A question how far an upload is has no body.');
    return this.uploads.progress(admitted, range.total);
  }
}

async function refuseMethod(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('allow', methods.join(', '));
  const message = `${request.method} does not work here. Use ${methods.join(' or ')}.`;
  await answerAsJson(request, reply, { status: 405, code: 'METHOD_NOT_ALLOWED', message });
}

function uploadFailure(error: unknown, request: FastifyRequest): Failure {
  if (error instanceof TurnEnded) return turnFailure(error);
  // Another process, on the same folder, has claimed or deleted it meanwhile.
  if ((error as { code?: string }).code === 'ENOENT') return failureOf(refuse('UPLOAD_NOT_FOUND'), request);
  const { raw } = request;
  // Nobody hears this answer; it is for the log.
  if (raw.destroyed && !raw.complete) return { status: 400, code: 'BAD_REQUEST', message: 'The connection broke.' };
  return failureOf(error, request);
}

function turnFailure({ why }: TurnEnded): Failure {
  if (why === 'stopping') {
    const message = 'The server is stopping. Ask how far the upload is, and go on.';
    return { status: 503, code: 'SERVICE_UNAVAILABLE', message };
  }
  const { code, message } = refuse('UPLOAD_CONFLICT', {}, 'Another request to this URL took over.');
  return { status: 409, code, message };
}
