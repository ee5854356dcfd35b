import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { everyErrorCode } from '../errors/catalogue.js';
import { Refusal } from '../errors/refusal.js';

export type ErrorScope = {
  requestId?: string;
  /** Gets the errors that the client must not see. */
  log: { error(fields: object, message: string): void };
};

/** Codes of GraphQL's and Apollo's own refusals of a request. They arise before a resolver runs. */
const protocolCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
]);

/**
 * What the client is told about an error. Refusals of the catalogue and mistakes in the request keep their text and code; anything else
 * becomes "Internal error." with an id, under which the log has the error itself.
 */
export function presentError(error: GraphQLError, scope: ErrorScope): GraphQLFormattedError {
  const place = {
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
  };
  const requestId = scope.requestId ? { requestId: scope.requestId } : {};
  const cause = causeOf(error);
  if (cause instanceof Refusal && everyErrorCode().has(cause.code)) {
    return { message: cause.message, ...place, extensions: { ...cause.details, code: cause.code, ...requestId } };
  }
  const code = protocolCode(error, cause);
  if (code)
    return { message: shortened(error.message), ...place, extensions: { ...limitOf(error), code, ...requestId } };
  const errorId = randomUUID();
  scope.log.error({ err: cause, errorId, field: error.path?.join('.') }, 'unexpected error');
  return {
    message: 'Internal error.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', errorId, ...requestId },
  };
}

/** The error that was thrown, without graphql-js' wrappers. */
function causeOf(error: Error): unknown {
  let current: unknown = error;
  while (current instanceof GraphQLError && current.originalError) current = current.originalError;
  return current;
}

/**
 * An error with a path comes from the execution, where only the catalogue counts. The one exception is graphql-js' own complaint about
 * a null argument, which it can find no sooner.
 */
function protocolCode(error: GraphQLError, cause: unknown): string | undefined {
  if (!(cause instanceof GraphQLError)) return undefined;
  if (error.path) return /^Argument ".*" (of|has) /.test(error.message) ? 'BAD_USER_INPUT' : undefined;
  const { code, http } = error.extensions;
  // Apollo refuses a persisted query without a code, but with a status.
  if (code === undefined && http !== undefined) return 'BAD_REQUEST';
  return typeof code === 'string' && protocolCodes.has(code) ? code : undefined;
}

const longestMessage = 1_000;

/** graphql-js quotes what the client sent, whole and in each of its complaints; what is wrong with it stands at the end. */
function shortened(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage / 2)} … ${message.slice(-longestMessage / 2)}`;
}

/** Set by `limitOperations`. */
function limitOf({ extensions: { limit, max } }: GraphQLError): object {
  return limit === undefined ? {} : { limit, max };
}
