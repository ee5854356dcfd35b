import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { Refusal } from '../errors/refusal.js';
import { allowAnyOrigin, pageHeaders, securityHeaders } from './headers.js';
import { layOut } from './pages/layout.js';
import { messagePage } from './pages/message-page.js';

export type Instance = Pick<Config, 'publicUrl'>;

export type Failure = { status: number; code: string; message: string; extensions?: Record<string, unknown> };

const messages: Record<number, string> = {
  400: 'The request is malformed.',
  404: 'There is nothing at this address.',
  408: 'The request did not arrive in time.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'A body of this type is not taken here. Send the body as application/json, and not compressed.',
  431: 'The headers are too large.',
};

const refusalStatus: Record<string, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CROSS_SITE_REQUEST: 403,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  TOO_MANY_ATTEMPTS: 429,
  DOWNLOAD_URL_INVALID: 403,
  UPLOAD_URL_INVALID: 403,
  UPLOAD_NOT_FOUND: 404,
  UPLOAD_INCOMPLETE: 409,
  UPLOAD_CONFLICT: 409,
  UPLOAD_TOO_LARGE: 413,
  UPLOAD_SPACE_EXHAUSTED: 413,
  TOO_MANY_UPLOADS: 429,
};

/** The HTTP status of a refusal outside GraphQL. */
export const statusOfRefusal = ({ code }: Refusal): number => refusalStatus[code] ?? 400;

/** For what Fastify refuses before routing, such as a malformed address. No hook runs then, so the headers are set here. */
export function frameworkFailure(error: Error, request: FastifyRequest, reply: FastifyReply, instance: Instance): void {
  reply.headers({ ...securityHeaders, 'x-request-id': request.id });
  void answer(request, reply, failureOf(error, request), instance);
}

/** The body of an answer to what never became a request. */
export function failureBody(status: number): string {
  return JSON.stringify({ errors: [{ message: messages[status], extensions: { code: codeOf(status) } }] });
}

/** What to say of an error. One that is not expected is masked: the log has it. */
export function failureOf(exception: unknown, request: FastifyRequest): Failure {
  if (exception instanceof Refusal) {
    const { code, message, details } = exception;
    return { status: statusOfRefusal(exception), code, message, extensions: details };
  }
  const status = statusOf(exception);
  if (status >= 500) {
    const errorId = randomUUID();
    request.log.error({ err: exception, errorId }, 'unexpected error');
    return { status, code: 'INTERNAL_SERVER_ERROR', message: 'Internal error.', extensions: { errorId } };
  }
  return {
    status,
    code: codeOf(status),
    message: malformedBody(exception) ?? messages[status] ?? STATUS_CODES[status]!,
  };
}

/** @returns 500 for what neither Nest nor Fastify has made for clients */
export function statusOf(exception: unknown): number {
  const { getStatus, statusCode: status } = (exception ?? {}) as { getStatus?: () => number; statusCode?: unknown };
  // Nest's own exceptions, told by their method: a process without the API does not load Nest.
  if (getStatus) return getStatus.call(exception);
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'Bad Request').toUpperCase().replace(/[^A-Z]+/g, '_');
}

/** Nest passes on the text of Fastify's errors, but not their codes. */
function malformedBody(exception: unknown): string | undefined {
  const text = exception instanceof Error ? exception.message : '';
  if (text.startsWith('Body is not valid JSON')) return 'The body is not valid JSON.';
  if (text.startsWith('Body cannot be empty')) return 'The body is empty. Send a JSON object with a "query".';
  return undefined;
}

/** Answers with a failure: a page for a browser that wants one. */
export async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: Failure,
  { publicUrl }: Instance,
): Promise<void> {
  if (!wantsPage(request)) return answerAsJson(request, reply, failure);
  const { status, message } = failure;
  // Without the menu: who is logged in may be just what cannot be found out.
  const page = messagePage(`${status} ${STATUS_CODES[status]}`, message);
  await reply
    .code(status)
    .headers(pageHeaders(page))
    .send(await layOut(page, { publicUrl }));
}

/** The same for whoever wants no page. */
export async function answerAsJson(request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<void> {
  const { status, code, message, extensions } = failure;
  // A script of another site must be able to read why it failed.
  allowAnyOrigin(reply);
  reply.code(status).type('application/json; charset=utf-8');
  await reply.send({ errors: [{ message, extensions: { ...extensions, code, requestId: request.id } }] });
}

/** A browser that shows what it gets, as opposed to a client or a script. */
export function wantsPage(request: FastifyRequest): boolean {
  if (request.routeOptions?.config?.takesForm) return true;
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}
