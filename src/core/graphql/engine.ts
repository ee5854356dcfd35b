import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  subscribe,
} from 'graphql';
import type { Ctx } from './context.js';
import { costError } from './cost.js';
import { presentError } from './errors.js';
import { parseOptions, validateOperation } from './limits.js';

/** One operation as any transport hands it over. */
export type OperationRequest = {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
};

/** A document that is valid and within the limits, with the operation of it that is to run. */
export type Prepared = { document: DocumentNode; operation: OperationDefinitionNode };

export type Answer = { data?: Record<string, unknown> | null; errors?: readonly GraphQLFormattedError[] };

/**
 * Prepares and runs operations, the same for every transport: HTTP and both socket protocols validate, limit, execute and mask errors
 * here and nowhere else.
 */
export class Engine {
  constructor(readonly schema: GraphQLSchema) {}

  /**
   * Parses, validates and bounds a text.
   * @returns errors when it must not run.
   */
  prepare({ query, operationName }: OperationRequest): Prepared | { errors: readonly GraphQLError[] } {
    let document: DocumentNode;
    try {
      document = parse(query, parseOptions);
    } catch (error) {
      return { errors: [withCode(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] };
    }
    const errors = validateOperation(this.schema, document);
    if (errors.length > 0) return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
    const operation = getOperationAST(document, operationName);
    if (operation) return { document, operation };
    const unknown = new GraphQLError('The document has no such operation, or several and no name.');
    return { errors: [withCode(unknown, 'OPERATION_RESOLUTION_FAILURE')] };
  }

  /** Runs a query or mutation. Never rejects: errors are in the answer, fit for the caller's eyes. */
  async execute(prepared: Prepared, variables: OperationRequest['variables'], ctx: Ctx): Promise<Answer> {
    const tooCostly = costError(this.schema, prepared, variables);
    if (tooCostly) return presented({ errors: [tooCostly] }, ctx);
    return presented(await execute(this.argumentsOf(prepared, variables, ctx)), ctx);
  }

  /** Starts a subscription. @returns its answers, or one answer with errors when it does not start. */
  async subscribe(
    prepared: Prepared,
    variables: OperationRequest['variables'],
    ctx: Ctx,
  ): Promise<AsyncIterable<Answer> | Answer> {
    const tooCostly = costError(this.schema, prepared, variables);
    if (tooCostly) return presented({ errors: [tooCostly] }, ctx);
    const stream = await subscribe(this.argumentsOf(prepared, variables, ctx));
    if (!(Symbol.asyncIterator in stream)) return presented(stream, ctx);
    return mapped(stream, (result) => presented(result, ctx));
  }

  private argumentsOf({ document, operation }: Prepared, variables: OperationRequest['variables'], ctx: Ctx) {
    const operationName = operation.name?.value;
    return { schema: this.schema, document, operationName, variableValues: variables ?? {}, contextValue: ctx };
  }
}

function presented({ data, errors }: ExecutionResult, ctx: Ctx): Answer {
  if (!errors) return { data };
  // What fails without a path fails before the first field: variables that do not fit.
  const coded = errors.map((error) => (error.path ? error : withCode(error, 'BAD_USER_INPUT')));
  return { data, errors: coded.map((error) => presentError(error, ctx)) };
}

/** The codes by which Apollo tells the client's mistakes apart; graphql-js itself sets none. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

/** Not a generator: the `return` of one waits for the item under way, and a quiet source would never be told to end. */
function mapped<From, To>(source: AsyncGenerator<From>, change: (item: From) => To): AsyncIterableIterator<To> {
  const changed = ({ done, value }: IteratorResult<From>): IteratorResult<To> =>
    done ? { done, value: undefined } : { done: false, value: change(value) };
  return {
    next: async () => changed(await source.next()),
    return: async () => changed(await source.return(undefined)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
