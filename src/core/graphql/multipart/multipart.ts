import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ContentTooLarge } from '../../blob/hashed-write.js';
import { readForm, type ReceivedFile } from './form.js';
import { refuseCrossSite } from './cross-site.js';
import { malformed, tooLarge } from './multipart.errors.js';
import { multipartLimits, spooledBytes } from './multipart.limits.js';
import { type OperationBody, OperationForm, type ParseJson } from './operation-form.js';
import { Spool, type SpooledFile } from './spool.js';
import { ReceivedUpload } from './upload.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Lets one route take multipart requests; everywhere else they stay 415.
 * @param folder where files lie while their request runs.
 * @returns what wraps the route's handler: it finds the body of an ordinary JSON request, with an `Upload` for each file in its
 * variables. The files are gone when the handler has ended.
 */
export function acceptMultipart(fastify: FastifyInstance, url: string, folder: string): (handler: Handler) => Handler {
  const spool = new Spool(folder, spooledBytes);
  const parseJson = jsonParser(fastify);
  // The body is left unread here: an error of a content type parser would close the connection, and the client might not see why.
  fastify.addContentTypeParser('multipart/form-data', (request, payload, done) => {
    if (request.routeOptions.url === url || request.is404) done(null, payload);
    else done(Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 }));
  });
  return (handler) => async (request, reply) => {
    if (request.body !== request.raw) return handler(request, reply);
    const files: SpooledFile[] = [];
    try {
      request.body = await readOperation(request, spool, parseJson, files);
      // Our rule against foreign pages has been asked, and Apollo's looks at this header.
      request.headers['content-type'] = 'application/json';
      return await handler(request, reply);
    } finally {
      await Promise.all(files.map((file) => file.release()));
    }
  };
}

/** @param files gets each file that must be released in the end, also when the reading fails. */
async function readOperation(
  { raw, headers }: FastifyRequest,
  spool: Spool,
  parseJson: ParseJson,
  files: SpooledFile[],
): Promise<OperationBody> {
  const form = new OperationForm(parseJson, async ({ filename, mimeType, content }, part) => {
    const file = await stored(spool, content, part);
    files.push(file);
    return new ReceivedUpload(filename.slice(-255), mimeType.slice(0, 255), file);
  });
  try {
    refuseCrossSite(headers);
    if (Number(headers['content-length']) > multipartLimits.totalBytes) throw tooLarge('totalBytes');
    await readForm(raw, headers['content-type']!, form);
    return form.body();
  } catch (error) {
    discardRest(raw);
    throw error;
  }
}

async function stored(spool: Spool, content: ReceivedFile['content'], part: string): Promise<SpooledFile> {
  try {
    return await spool.store(content, multipartLimits.fileBytes);
  } catch (error) {
    throw error instanceof ContentTooLarge ? tooLarge('fileBytes', part) : error;
  }
}

/**
 * Reads on without looking, so that a client that sends its body before it reads gets its answer, and the connection can be used again.
 * One that goes on and on is cut off; one that is slow meets the server's own time-out.
 */
function discardRest(raw: FastifyRequest['raw']): void {
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > multipartLimits.totalBytes) raw.socket.destroy();
  });
  raw.resume();
}

/** By the rules for JSON bodies: a text that would change a prototype is refused. */
function jsonParser(fastify: FastifyInstance): ParseJson {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  return (text, part) => {
    let result: { error: Error | null; value?: unknown } | undefined;
    void parse({} as FastifyRequest, text, (error, value) => (result = { error, value }));
    if (!result || result.error) throw malformed('This field holds no valid JSON.', { part });
    return result.value;
  };
}
