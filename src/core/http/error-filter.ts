import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { answer, failureOf, statusOf } from './failure.js';

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

/** Methods that do work at the address of a request that reached nothing there. Only for fixed addresses. */
function otherMethods(fastify: FastifyInstance, request: FastifyRequest, exception: unknown): string[] {
  if (statusOf(exception) !== 404) return [];
  const url = request.url.split('?', 1)[0]!;
  // Whoever answers at just this address has said himself that there is nothing. A pattern, such as that of packages, also fits others'.
  if (request.routeOptions.url === url) return [];
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => fastify.hasRoute({ method, url } as never));
}
