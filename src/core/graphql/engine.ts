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
      return { errors: [error as GraphQLError] };
    }
    const errors = validateOperation(this.schema, document);
    if (errors.length > 0) return { errors };
    const operation = getOperationAST(document, operationName);
    if (!operation)
      return { errors: [new GraphQLError('The document has no such operation, or several and no name.')] };
    return { document, operation };
  }

  /** Runs a query or mutation. Never rejects: errors are in the answer, fit for the caller's eyes. */
  async execute(prepared: Prepared, variables: OperationRequest['variables'], ctx: Ctx): Promise<Answer> {
    const result = await execute(this.argumentsOf(prepared, variables, ctx));
    return presented(result, ctx);
  }

  /** Starts a subscription. @returns its answers, or one answer with errors when it does not start. */
  async subscribe(
    prepared: Prepared,
    variables: OperationRequest['variables'],
    ctx: Ctx,
  ): Promise<AsyncIterable<Answer> | Answer> {
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
  return { data, errors: errors.map((error) => presentError(error, ctx)) };
}

async function* mapped<From, To>(source: AsyncIterable<From>, change: (item: From) => To): AsyncGenerator<To> {
  for await (const item of source) yield change(item);
}
