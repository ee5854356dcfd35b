import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Logger } from '../observability/logger.js';
import { boundedLabel, graphqlOperations } from '../observability/metrics.js';
import type { Ctx } from './context.js';
import { costError } from './cost.js';
import { presentError } from './errors.js';
import type { PolicyIndex } from './policy-index.js';

const operationLabel = boundedLabel(200);

export type RequestHandling = {
  /** The only plugin of ours: each costs every request some promises. */
  plugin: ApolloServerPlugin<BaseContext>;
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /** Presents an error that arose before the operation was known, in the scope of its request. */
  present: (error: GraphQLError, scope: { requestId: string; log: Ctx['log'] }) => GraphQLError;
};

/** Errors, invalid tokens and measures of each operation. */
export function requestHandling(index: PolicyIndex, logger: Logger): RequestHandling {
  // Apollo's formatError knows no request, so an error is presented where the request is known, and looked up there.
  const presented = new WeakMap<object, GraphQLFormattedError>();
  const plugin: ApolloServerPlugin<BaseContext> = {
    async requestDidStart({ contextValue }) {
      const ctx = contextValue as Ctx;
      const startedAt = performance.now();
      return {
        async didResolveOperation({ document, operation, request, schema }) {
          if (!operation) return;
          if (operation.operation === 'subscription') throw badRequest(needsSocket());
          if (ctx.tokenRefusal && !worksWithInvalidToken(operation, document, index)) {
            throw unauthenticated(ctx.tokenRefusal);
          }
          const tooCostly = costError(schema, { document, operation }, request.variables);
          if (tooCostly) throw badRequest(tooCostly);
        },
        async didEncounterErrors({ errors }) {
          for (const error of errors) presented.set(error, presentError(error, ctx));
        },
        async willSendResponse({ operationName, operation, errors, response }) {
          if (ctx.tokenRefusal) response.http.headers.set('www-authenticate', 'Bearer error="invalid_token"');
          const labels = {
            operation: operation ? operationLabel(operationName) : 'invalid',
            outcome: errors ? 'error' : 'ok',
          };
          graphqlOperations.observe(labels, (performance.now() - startedAt) / 1000);
        },
      };
    },
  };
  return {
    plugin,
    formatError: (_formatted, error) => {
      const known = presented.get(error as object);
      return known ?? presentError(error instanceof GraphQLError ? error : wrapped(error), { log: logger });
    },
    present: (error, scope) => {
      presented.set(error, presentError(error, scope));
      return error;
    },
  };
}

/** Makes an error of any kind one that Apollo passes on as it is. */
export function wrapped(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** graphql-js would run it like a query, past the method that its policy guards. */
function needsSocket(): GraphQLError {
  const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
  return new GraphQLError('A subscription needs a WebSocket.', { extensions });
}

/** Without a status of its own Apollo would answer an error of this moment with 500. */
function badRequest(error: GraphQLError): GraphQLError {
  error.extensions.http = { status: 400, headers: new HeaderMap() };
  return error;
}

function unauthenticated(refusal: Error): GraphQLError {
  const http = { status: 401, headers: new HeaderMap() };
  return new GraphQLError(refusal.message, { originalError: refusal, extensions: { http } });
}

/** True when every root field of the operation says so by `@Public(why, { invalidToken: 'anonymous' })`. */
function worksWithInvalidToken(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  index: PolicyIndex,
): boolean {
  const type = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[operation.operation];
  return rootFields(operation.selectionSet, document).every((field) => {
    if (field.startsWith('__')) return true;
    const access = index.get(`${type}.${field}`);
    return access?.kind === 'public' && access.invalidToken === 'anonymous';
  });
}

/** The document is valid here: every fragment exists and none holds itself. */
function rootFields(set: SelectionSetNode, document: DocumentNode): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(fragment.selectionSet, document) : [];
  });
}
