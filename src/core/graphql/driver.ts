import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { answerPreflight } from '../http/headers.js';
import { Engine } from './engine.js';
import { apolloOn } from './http/apollo.js';
import { type MakeContext, serve } from './http/serve.js';
import { acceptMultipart } from './multipart/multipart.js';
import { persist } from './persisted/persist.js';
import { PersistedDocuments } from './persisted/persisted-documents.js';
import type { SocketLimits } from './sockets/limits.js';
import type { MakeContext as MakeSocketContext } from './sockets/session.js';
import { startSockets } from './sockets/sockets.js';

type ServerOptions = ConstructorParameters<typeof ApolloServer>[0];

export type WaybillDriverConfig = ApolloDriverConfig & {
  /** The context of an operation that comes over a socket. That of a request is Apollo's `context`. */
  socketContext: MakeSocketContext;
  socketLimits: SocketLimits;
};

/**
 * Nest's driver with a route of our own: the engine, the query editor for browsers, CORS, and no plugin that closes Fastify in the middle
 * of Nest's shutdown (`closeGracefully` does that before).
 */
@Injectable()
export class WaybillDriver extends ApolloDriver {
  @Inject(CONFIG) private readonly config!: Config;
  /** Missing where there is no database. */
  @Optional() @Inject(PersistedDocuments) private readonly persisted?: PersistedDocuments;

  /** @param options complete, with the executable schema. */
  override async registerServer(options: WaybillDriverConfig): Promise<void> {
    const engine = new Engine(options.schema!);
    const apollo = new ApolloServer({ ...options, schema: undefined, ...apolloOn(engine) } as ServerOptions);
    await apollo.start();
    this.apolloServer = apollo;
    const { persisted } = this;
    const ports = { engine, apollo, persisted, makeContext: options.context as unknown as MakeContext };
    const fastify = this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    const url = options.path ?? '/graphql';
    const multipart = acceptMultipart(fastify, url, join(this.config.dataDir, 'uploads'));
    const overHttp = multipart((request, reply) => serve(ports, request, reply));
    const sockets = startSockets({
      engine,
      fastify,
      makeContext: options.socketContext,
      limits: options.socketLimits,
      log: fastify.log,
    });
    fastify.addHook('preClose', () => sockets.close());
    fastify.route({
      url,
      method: ['GET', 'POST'],
      handler: (request, reply) =>
        sockets.wanted(request) ? sockets.accept(request, reply) : overHttp(request, reply),
    });
    if (persisted) {
      const handler = (request: FastifyRequest, reply: FastifyReply) =>
        persist({ ...ports, persisted }, request, reply);
      fastify.route({ url: `${url}/persist`, method: 'POST', handler });
    }
    fastify.route({ url, method: 'OPTIONS', handler: (_request, reply) => answerPreflight(reply, ['GET', 'POST']) });
  }
}
