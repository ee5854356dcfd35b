import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { type DocumentNode, GraphQLError } from 'graphql';
import type { Ctx } from '../context.js';
import type { Engine } from '../engine.js';
import { unknownOperation, withCode } from '../execution/refusals.js';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];
type Options = Pick<ApolloServerOptionsWithGateway<BaseContext>, 'gateway' | 'documentStore' | 'persistedQueries'>;

/**
 * Makes Apollo use the engine: its executor, by way of the gateway interface, which is the only one that Apollo leaves for that, and its
 * documents, for Apollo's own store and for automatically persisted queries.
 */
export function apolloOn(engine: Engine): Options {
  const { documents } = engine;
  return {
    gateway: gatewayOf(engine),
    documentStore: {
      get: async (key) => documents.byId(hashIn(key))?.node,
      set: async (_key, node) => void documents.add(textOf(node), node),
      delete: async () => undefined,
    },
    persistedQueries: {
      cache: {
        get: async (key) => documents.byId(hashIn(key))?.text,
        // What a client registers was prepared a moment before.
        set: async () => undefined,
        delete: async () => undefined,
      },
    },
  };
}

function gatewayOf(engine: Engine): Gateway {
  let loaded: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] | undefined;
  return {
    onSchemaLoadOrUpdate(callback) {
      loaded = callback;
      return () => undefined;
    },
    async load() {
      loaded?.({ apiSchema: engine.schema, coreSupergraphSdl: '' });
      return {
        executor: async ({ document, request, context }) => {
          const prepared = engine.documents.of(document)?.operation(request.operationName);
          if (!prepared) return { errors: [unknownOperation(request.operationName)] };
          if (prepared.operation.operation === 'subscription') return { errors: [needsSocket()] };
          return engine.run(prepared, request.variables, context as Ctx);
        },
      };
    },
    async stop() {},
  };
}

/** Apollo puts a prefix before the SHA-256 of the text. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** `parse` keeps the text that it read. */
function textOf(node: DocumentNode): string {
  return node.loc!.source.body;
}

function needsSocket(): GraphQLError {
  return withCode(new GraphQLError('A subscription needs a WebSocket.'), 'OPERATION_RESOLUTION_FAILURE');
}
