import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { Refusal } from '../errors/refusal.js';
import { allowAnyOrigin, pageHeaders, securityHeaders } from './headers.js';
import { layOut } from './pages/layout.js';
import { messagePage } from './pages/message-page.js';

type Instance = Pick<Config, 'publicUrl'>;

type Failure = { status: number; code: string; message: string; extensions?: Record<string, unknown> };

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
};

/** The HTTP status of a refusal outside GraphQL. */
export const statusOfRefusal = ({ code }: Refusal): number => refusalStatus[code] ?? 400;

/**
 * Answers every failure outside GraphQL's own pipeline in one form, `{ errors: [{ message, extensions: { code, requestId } }] }`, which
 * is also what GraphQL clients expect; a browser that wants a page gets a page. What is not expected is masked: the log has the error.
 */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async catch(exception: unknown, host: ArgumentsHost): Promise<void> {
    // Errors of resolvers belong to GraphQL's formatter.
    if (host.getType() !== 'http') throw exception;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = otherMethods(this.host.httpAdapter.getInstance(), request, exception);
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '));
      const message = `${request.method} does not work here. Use ${allowed.join(' or ')}.`;
      return answer(request, reply, { status: 405, code: 'METHOD_NOT_ALLOWED', message }, this.config);
    }
    return answer(request, reply, failureOf(exception, request), this.config);
  }
}

/** For what Fastify refuses before routing, such as a malformed address. No hook runs then, so the headers are set here. */
export function frameworkFailure(error: Error, request: FastifyRequest, reply: FastifyReply, instance: Instance): void {
  reply.headers({ ...securityHeaders, 'x-request-id': request.id });
  void answer(request, reply, failureOf(error, request), instance);
}

/** The body of an answer to what never became a request. */
export function failureBody(status: number): string {
  return JSON.stringify({ errors: [{ message: messages[status], extensions: { code: codeOf(status) } }] });
}

/** Methods that do work at the address of an unrouted request. Only for fixed addresses. */
function otherMethods(fastify: FastifyInstance, request: FastifyRequest, exception: unknown): string[] {
  if (!request.is404 || statusOf(exception) !== 404) return [];
  const url = request.url.split('?', 1)[0]!;
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => fastify.hasRoute({ method, url } as never));
}

function failureOf(exception: unknown, request: FastifyRequest): Failure {
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

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const status = (exception as { statusCode?: unknown } | null)?.statusCode;
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

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: Failure,
  { publicUrl }: Instance,
): Promise<void> {
  const { status, code, message, extensions } = failure;
  reply.code(status);
  if (wantsPage(request)) {
    // Without the menu: who is logged in may be just what cannot be found out.
    const page = messagePage(`${status} ${STATUS_CODES[status]}`, message);
    await reply.headers(pageHeaders(page)).send(await layOut(page, { publicUrl }));
    return;
  }
  // A script of another site must be able to read why it failed.
  allowAnyOrigin(reply);
  reply.type('application/json; charset=utf-8');
  await reply.send({ errors: [{ message, extensions: { ...extensions, code, requestId: request.id } }] });
}

/** A browser that shows what it gets, as opposed to a client or a script. */
export function wantsPage(request: FastifyRequest): boolean {
  if (request.routeOptions?.config?.takesForm) return true;
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}
