import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '../observability/logger.js';
import type { Ctx } from './context.js';
import { presentError } from './errors.js';
import { measureInvalid } from './execution/measures.js';

export type RequestHandling = {
  /** The only plugin of ours: each costs every request some promises. */
  plugin: ApolloServerPlugin<BaseContext>;
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /** Presents an error that arose before the operation was known, in the scope of its request. */
  present: (error: GraphQLError, scope: { requestId: string; log: Ctx['log'] }) => GraphQLError;
};

/** Presents errors, and measures what the engine never gets to see. */
export function requestHandling(logger: Logger): RequestHandling {
  // Apollo's formatError knows no request, so an error is presented where the request is known, and looked up there.
  const presented = new WeakMap<object, GraphQLFormattedError>();
  const plugin: ApolloServerPlugin<BaseContext> = {
    async requestDidStart({ contextValue }) {
      const ctx = contextValue as Ctx;
      const startedAt = performance.now();
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors) presented.set(error, presentError(error, ctx));
        },
        async willSendResponse({ operation }) {
          if (!operation) measureInvalid((performance.now() - startedAt) / 1000);
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
