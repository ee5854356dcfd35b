import { join } from 'node:path';
import { ApolloServer, type HTTPGraphQLResponse, HeaderMap } from '@apollo/server';
import { Inject, Injectable } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { wantsPage } from '../http/error-filter.js';
import { allowAnyOrigin, answerPreflight, editorPolicy } from '../http/headers.js';
import { editorPage } from './editor/editor-page.js';
import { Engine } from './engine.js';
import { acceptMultipart } from './multipart/multipart.js';
import type { SocketLimits } from './sockets/limits.js';
import type { MakeContext as MakeSocketContext } from './sockets/session.js';
import { startSockets } from './sockets/sockets.js';

type MakeContext = (request: FastifyRequest) => Promise<object>;

export type WaybillDriverConfig = ApolloDriverConfig & {
  /** The context of an operation that comes over a socket. That of a request is Apollo's `context`. */
  socketContext: MakeSocketContext;
  socketLimits: SocketLimits;
};

/**
 * Nest's driver with a route of our own: the query editor for browsers, CORS, and no plugin that closes Fastify in the middle of Nest's
 * shutdown (`closeGracefully` does that before). This is also the place where another executor enters, as Apollo's `gateway`.
 */
@Injectable()
export class WaybillDriver extends ApolloDriver {
  @Inject(CONFIG) private readonly config!: Config;

  /** @param options complete, with the executable schema. */
  override async registerServer(options: WaybillDriverConfig): Promise<void> {
    const server = new ApolloServer(options as ConstructorParameters<typeof ApolloServer>[0]);
    await server.start();
    this.apolloServer = server;
    const fastify = this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    const url = options.path ?? '/graphql';
    const makeContext = options.context as unknown as MakeContext;
    const sockets = startSockets({
      engine: new Engine(options.schema!),
      fastify,
      makeContext: options.socketContext,
      limits: options.socketLimits,
      log: fastify.log,
    });
    fastify.addHook('preClose', () => sockets.close());
    const multipart = acceptMultipart(fastify, url, join(this.config.dataDir, 'uploads'));
    const overHttp = multipart((request, reply) => serve(server, makeContext, request, reply));
    fastify.route({
      url,
      method: ['GET', 'POST'],
      handler: (request, reply) =>
        sockets.wanted(request) ? sockets.accept(request, reply) : overHttp(request, reply),
    });
    fastify.route({ url, method: 'OPTIONS', handler: (_request, reply) => answerPreflight(reply, ['GET', 'POST']) });
  }
}

async function serve(server: ApolloServer, makeContext: MakeContext, request: FastifyRequest, reply: FastifyReply) {
  const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  if (wantsPage(request) && !new URLSearchParams(search).has('query')) {
    reply.header('content-security-policy', editorPolicy).header('cache-control', 'no-cache');
    return reply.type('text/html; charset=utf-8').send(await editorPage());
  }
  allowAnyOrigin(reply);
  const response = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { body: request.body, method: request.method, headers: headersOf(request), search },
    context: () => makeContext(request),
  });
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.code(response.status ?? 200).send(bodyOf(response, request.id));
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

/** Answers never come in pieces: @defer and @stream are not in the schema. */
function bodyOf({ body, status }: HTTPGraphQLResponse, requestId: string): string {
  if (body.kind !== 'complete') throw new Error('An answer in pieces is not supported.');
  return status !== undefined && status >= 400 ? withRequestId(body.string, requestId) : body.string;
}

/** Apollo refuses some requests before any plugin sees them; their errors get the id here. */
function withRequestId(text: string, requestId: string): string {
  const body = JSON.parse(text) as { errors?: { extensions?: Record<string, unknown> }[] };
  for (const error of body.errors ?? []) error.extensions = { ...error.extensions, requestId };
  return JSON.stringify(body);
}
