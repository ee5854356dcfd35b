import { type ExecutionResult, GraphQLError } from 'graphql';

/** What is answered instead of running an operation. */
export type Refused = { errors: readonly GraphQLError[] };

/** The codes by which Apollo tells the client's mistakes apart; graphql-js itself sets none. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

/** In the words of graphql-js, which finds it only when it executes. */
export function unknownOperation(name: string | null | undefined): GraphQLError {
  const text =
    name == null
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${name}".`;
  return withCode(new GraphQLError(text), 'OPERATION_RESOLUTION_FAILURE');
}

/** A token that is not valid. HTTP answers it with the status that stands in the extensions, which no client sees. */
export function invalidToken(refusal: Error): Refused {
  const http = { status: 401, headers: new Map<string, string>() };
  return { errors: [new GraphQLError(refusal.message, { originalError: refusal, extensions: { http } })] };
}

/** What fails before the first field, and so has neither data nor a path, are variables that do not fit. */
export function withInputCodes(result: ExecutionResult): ExecutionResult {
  if (result.data !== undefined || !result.errors) return result;
  return { errors: result.errors.map((error) => (error.path ? error : withCode(error, 'BAD_USER_INPUT'))) };
}

/** A fault of the server that no field caught. It is masked when it is presented. */
export function fault(error: unknown): ExecutionResult {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return { data: null, errors: [new GraphQLError(originalError.message, { originalError })] };
}
