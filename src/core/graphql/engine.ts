import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionResult,
  getVariableValues,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  parse,
} from 'graphql';
import type { Ctx } from './context.js';
import { costError } from './cost.js';
import { presentError } from './errors.js';
import { compileOperation } from './execution/compile.js';
import { Documents } from './execution/documents.js';
import { worksWithInvalidToken } from './execution/invalid-token.js';
import { mapStream } from './execution/map-stream.js';
import { measured, measureInvalid } from './execution/measures.js';
import type { Prepared, PreparedDocument } from './execution/prepared.js';
import { Templates } from './execution/templates.js';
import { fault, invalidToken, type Refused, unknownOperation, withCode, withInputCodes } from './execution/refusals.js';
import { parseOptions, validateOperation } from './limits.js';
import './warnings.js';

export type { Prepared } from './execution/prepared.js';

/** One operation as any transport hands it over. */
export type OperationRequest = {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
};

export type Answer = {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
};

type Variables = OperationRequest['variables'];

/** Thousands of characters of query text, in the measure of `Documents`: some 40 MB when it is full of what costs most. */
const cachedCharacters = 500_000;

/** There are few, for their forms are those that programs are written with. */
const cachedTemplateCharacters = 100_000;

/**
 * A document that is used again is worth compiling, which takes about as long as it took to validate it. What is sent once, as by
 * somebody who tries to make work, is not.
 */
const usesBeforeCompiling = 2;

/** A compiled field's 1.5 kB, in the measure of `Documents`. */
const charactersPerField = 20;

/** More tell the client nothing, and each costs memory. graphql-js' own default. */
const maxVariableErrors = 50;

/**
 * Prepares and runs operations, the same for every transport: HTTP and both socket protocols validate, limit, execute, measure and mask
 * errors here and nowhere else.
 */
export class Engine {
  readonly documents = new Documents(cachedCharacters);
  readonly templates: Templates;

  constructor(readonly schema: GraphQLSchema) {
    this.templates = new Templates(schema, (text) => this.document(text), cachedTemplateCharacters);
  }

  /**
   * Parses, validates and bounds a text, or finds what it did before.
   * @returns errors when it must not run.
   */
  prepare({ query, operationName }: OperationRequest): Prepared | Refused {
    const document = this.document(query);
    const prepared = 'errors' in document ? document : operationOf(document, operationName);
    if ('errors' in prepared) measureInvalid();
    return prepared;
  }

  /** The document alone, whatever its operations. */
  document(text: string): PreparedDocument | Refused {
    return this.documents.get(text) ?? this.read(text);
  }

  /** Runs a query or mutation. Never rejects: errors are in the answer, fit for the caller's eyes. */
  async execute(prepared: Prepared, variables: Variables, ctx: Ctx): Promise<Answer> {
    return presented(await this.run(prepared, variables, ctx), ctx);
  }

  /** The same with the errors as they are, for a transport that presents them itself. */
  async run(prepared: Prepared, variables: Variables, ctx: Ctx): Promise<ExecutionResult> {
    const result: ExecutionResult = await measured(
      prepared,
      () => this.refusal(prepared, variables, ctx) ?? this.perform(prepared, variables, ctx),
    );
    return ctx.warnings ? { ...result, extensions: { warnings: ctx.warnings } } : result;
  }

  /** Starts a subscription. @returns its answers, or one answer with errors when it does not start. */
  async subscribe(prepared: Prepared, variables: Variables, ctx: Ctx): Promise<AsyncIterable<Answer> | Answer> {
    const stream = await measured(
      prepared,
      () => this.refusal(prepared, variables, ctx) ?? this.source(prepared, variables, ctx),
    );
    if (!(Symbol.asyncIterator in stream)) return presented(stream, ctx);
    return mapStream(stream, async (event) => presented(await this.perform(prepared, variables, ctx, event), ctx));
  }

  private read(text: string): PreparedDocument | Refused {
    let document: DocumentNode;
    try {
      document = parse(text, parseOptions);
    } catch (error) {
      return { errors: [withCode(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] };
    }
    const errors = validateOperation(this.schema, document);
    if (errors.length === 0) return this.documents.add(text, document);
    return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  }

  /** A token that is not valid refuses the whole operation, unless it is one by which a client finds out or logs in again. */
  private refusal(prepared: Prepared, variables: Variables, { tokenRefusal }: Ctx): Refused | undefined {
    if (tokenRefusal && !worksWithInvalidToken(this.schema, prepared)) return invalidToken(tokenRefusal);
    const tooCostly = costError(this.schema, prepared, variables);
    return tooCostly && { errors: [tooCostly] };
  }

  /** @param root what root fields hang on: an event of a subscription. */
  private async perform(prepared: Prepared, variables: Variables, ctx: Ctx, root?: unknown): Promise<ExecutionResult> {
    try {
      const compiled = this.compiledOf(prepared);
      if (!compiled) return withInputCodes(await execute(this.argumentsOf(prepared, variables, ctx, root)));
      const definitions = prepared.operation.variableDefinitions ?? [];
      const options = { maxErrors: maxVariableErrors };
      const { coerced, errors } = getVariableValues(this.schema, definitions, variables ?? {}, options);
      return errors ? withInputCodes({ errors }) : await compiled.run(root, ctx, coerced);
    } catch (error) {
      return fault(error);
    }
  }

  private async source(
    prepared: Prepared,
    variables: Variables,
    ctx: Ctx,
  ): Promise<AsyncIterable<unknown> | ExecutionResult> {
    try {
      const source = await createSourceEventStream(this.argumentsOf(prepared, variables, ctx));
      return Symbol.asyncIterator in source ? source : withInputCodes(source);
    } catch (error) {
      return fault(error);
    }
  }

  private compiledOf(prepared: Prepared): Prepared['compiled'] {
    prepared.uses += 1;
    if (prepared.compiled === undefined && prepared.uses >= usesBeforeCompiling) {
      prepared.compiled = compileOperation(this.schema, prepared.document, prepared.operation);
      const characters = (prepared.compiled?.fields ?? 0) * charactersPerField;
      // Only the one that holds it takes notice.
      for (const documents of [this.documents, this.templates.documents]) documents.grow(prepared.source, characters);
    }
    return prepared.compiled;
  }

  private argumentsOf({ document, operation }: Prepared, variables: Variables, ctx: Ctx, root?: unknown) {
    const operationName = operation.name?.value;
    return {
      schema: this.schema,
      document,
      operationName,
      variableValues: variables ?? {},
      contextValue: ctx,
      rootValue: root,
    };
  }
}

function operationOf(document: PreparedDocument, name: string | null | undefined): Prepared | Refused {
  return document.operation(name) ?? { errors: [unknownOperation(name)] };
}

function presented({ data, errors, extensions }: ExecutionResult, ctx: Ctx): Answer {
  const answer: Answer = errors ? { data, errors: errors.map((error) => presentError(error, ctx)) } : { data };
  if (extensions) answer.extensions = extensions;
  return answer;
}
