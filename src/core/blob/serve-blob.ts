import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseRange, type Part } from '../http/byte-range.js';
import { isKnown } from '../http/etag.js';
import { answerAsJson } from '../http/failure.js';
import { allowAnyOrigin } from '../http/headers.js';
import type { BlobStore } from './blob-store.js';

export type ServedBlob = {
  hash: string;
  /** Of whatever the content says it is: the answer forbids browsers to guess. */
  contentType: string;
  /** Offered as the name to save it under. */
  fileName?: string;
  /** Only the caller's own cache may keep it. */
  isPrivate?: boolean;
};

/** A content never changes under its hash. */
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * Answers a GET or HEAD with a content: its length, one range, `If-Range`, `If-None-Match` (RFC 9110 §13, §14), and caching for a year. It is sent
 * as it is stored, not compressed, as fast as the client takes it; when the client goes away, its reading ends.
 * Whoever calls it has made sure that the caller may read this content.
 * @throws Error when the content is not in the store, for then something refers to what was lost
 */
export async function serveBlob(
  blobs: BlobStore,
  request: FastifyRequest,
  reply: FastifyReply,
  served: ServedBlob,
): Promise<void> {
  const { hash } = served;
  const etag = `"${hash}"`;
  const { method, headers } = request;
  if (isKnown(headers['if-none-match'], etag)) {
    setCaching(reply, served, etag).code(304);
    return void (await sendNothing(reply));
  }
  const found = await blobs.stat(hash);
  if (!found) throw missing(hash);
  const { sizeBytes } = found;
  const part = method === 'GET' ? parseRange(rangeOf(headers, etag), sizeBytes) : null;
  if (part === 'unsatisfiable') return refuseRange(request, reply, sizeBytes);
  const stream = method === 'GET' ? await opened(blobs, hash, part) : null;
  describe(setCaching(reply, served, etag), served, sizeBytes, part);
  await (stream ? reply.send(stream) : sendNothing(reply));
}

/** A client that has a part of another version wants all of this one. */
function rangeOf(headers: FastifyRequest['headers'], etag: string): string | undefined {
  const ifRange = headers['if-range'];
  return ifRange === undefined || ifRange === etag ? headers.range : undefined;
}

async function opened(blobs: BlobStore, hash: string, part: Part | null): Promise<Readable> {
  const stream = await blobs.open(hash, part ?? undefined);
  if (!stream) throw missing(hash);
  return stream;
}

const missing = (hash: string): Error => new Error(`The content ${hash} is missing in the blob store.`);

function setCaching(reply: FastifyReply, { isPrivate }: ServedBlob, etag: string): FastifyReply {
  allowAnyOrigin(reply);
  return reply.headers({
    etag,
    'cache-control': `${isPrivate ? 'private' : 'public'}, max-age=${yearSeconds}, immutable`,
    'cross-origin-resource-policy': 'cross-origin',
  });
}

function describe(reply: FastifyReply, { contentType, fileName }: ServedBlob, sizeBytes: number, part: Part | null) {
  const { start, end } = part ?? { start: 0, end: sizeBytes - 1 };
  reply.code(part ? 206 : 200).headers({
    'content-type': contentType,
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    ...(part && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
    ...(fileName !== undefined && { 'content-disposition': attachment(fileName) }),
  });
}

/** RFC 6266: a name in ASCII for old clients, and the real one. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.@+ -]/g, '_');
  // By way of bytes, for a lone surrogate cannot be encoded.
  const encoded = encodeURIComponent(Buffer.from(fileName).toString()).replace(/['()*]/g, percentEncoded);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

const percentEncoded = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

async function refuseRange(request: FastifyRequest, reply: FastifyReply, sizeBytes: number): Promise<void> {
  reply.header('content-range', `bytes */${sizeBytes}`);
  const message = `The file has ${sizeBytes} bytes; nothing of it is in this range.`;
  await answerAsJson(request, reply, { status: 416, code: 'RANGE_NOT_SATISFIABLE', message });
}

/** Fastify answers HEAD with the length of what is sent, unless that is a stream. */
const sendNothing = (reply: FastifyReply): FastifyReply => reply.send(Readable.from([]));
