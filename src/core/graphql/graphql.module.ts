import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../observability/logger.js';
import { resolveConnections } from './connection/connection.js';
import { Authenticator, ContextFactory } from './context.js';
import { WaybillDriver, type WaybillDriverConfig } from './driver.js';
import { limitOperations, parseOptions, validationOptions } from './limits.js';
import { NodeRegistry } from './node/node-registry.js';
import { NodeResolver } from './node/node.resolver.js';
import { fillNullsWithDefaults } from './null-defaults.js';
import { checkPolicies } from './policy-check.js';
import { PolicyIndex } from './policy-index.js';
import { requestHandling, wrapped } from './request-plugin.js';
import { scalars } from './scalars.js';
import { readSdl } from './sdl.js';
import { type SocketLimits, socketLimits } from './sockets/limits.js';
import { createValidationPipe } from './validation.js';

export type GraphqlOptions = {
  /** The schema text of each silo, as `readSdl` gives it. base.graphql is added. */
  typeDefs: readonly string[];
  /** Modules with the resolvers. One of them provides and exports an Authenticator. */
  imports: (Type | DynamicModule)[];
  /** Other limits than `socketLimits`, for specs. */
  socketLimits?: Partial<SocketLimits>;
};

/** What silos may inject besides what HttpModule gives them. */
@Global()
@Module({
  providers: [ContextFactory, NodeRegistry, NodeResolver, PolicyIndex],
  exports: [ContextFactory, NodeRegistry, PolicyIndex],
})
class GraphqlKitModule {}

@Module({})
class GraphqlModule {}

/** GraphQL at /graphql: schema first, policies and validation on every root field, limits, masked errors. */
export function createGraphqlModule({ typeDefs, imports, socketLimits: limits }: GraphqlOptions): DynamicModule {
  // One text: separate ones would be joined by commas, and a comma after a comment's line is lost in the comment.
  const sdl = [readSdl(import.meta.dirname, 'base.graphql'), ...typeDefs].join('\n');
  const apollo = GraphQLModule.forRootAsync<WaybillDriverConfig>({
    driver: WaybillDriver,
    imports,
    inject: [ContextFactory, PolicyIndex, LOGGER, Authenticator],
    useFactory: (contexts: ContextFactory, index: PolicyIndex, logger: Logger, authenticator: Authenticator) => ({
      ...apolloOptions(sdl, contexts, index, logger, authenticator),
      socketContext: (request, scope) => contexts.create(request, authenticator, scope),
      socketLimits: { ...socketLimits, ...limits },
    }),
  });
  return {
    module: GraphqlModule,
    imports: [GraphqlKitModule, ...imports, apollo],
    providers: [{ provide: APP_PIPE, useFactory: createValidationPipe }],
  };
}

function apolloOptions(
  typeDefs: string,
  contexts: ContextFactory,
  index: PolicyIndex,
  logger: Logger,
  authenticator: Authenticator,
): Omit<ApolloDriverConfig, 'driver'> {
  const { plugin, formatError, present } = requestHandling(logger);
  return {
    typeDefs,
    resolvers: scalars,
    transformSchema: (schema) => checkPolicies(fillNullsWithDefaults(resolveConnections(schema)), index),
    context: (request: FastifyRequest) =>
      contexts.create(request, authenticator).catch((error: unknown) => {
        throw present(wrapped(error), { requestId: request.id, log: request.log });
      }),
    formatError,
    plugins: [
      plugin,
      // Wraps every field of the schema and is the largest single cost of a request.
      ApolloServerPluginCacheControlDisabled(),
      // Switched on by APOLLO_* variables in the environment, which is not ours to read.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
    ],
    // The schema is public: clients and the query editor read it.
    introspection: true,
    graphiql: false,
    nodeEnv: 'production',
    autoTransformHttpErrors: false,
    // Nothing sets a status during execution, so there is none to undo: an executed operation is always 200.
    preserveHttpStatusForExecutionErrors: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    parseOptions,
    validationRules: [limitOperations],
    validationOptions,
    logger,
  };
}
