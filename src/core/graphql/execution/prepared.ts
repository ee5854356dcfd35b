import { type DocumentNode, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Compiled } from './compile.js';

/** What a document weighs besides its text, in the measure of `Documents`. */
const baseWeight = 100;

/** A document that is valid and within the limits. */
export class PreparedDocument {
  /** See `Documents.byId`. */
  readonly ids: string[] = [];
  weight: number;
  /** It is known that `Templates` can do nothing with it. */
  hasNoTemplate = false;
  private readonly operations = new Map<string | null, Prepared>();

  /** @param hash the SHA-256 of the text, in hex */
  constructor(
    readonly text: string,
    readonly node: DocumentNode,
    readonly hash: string,
  ) {
    this.weight = text.length + baseWeight;
  }

  /** @returns undefined when it has no operation of this name, or several and no name is given. */
  operation(name: string | null = null): Prepared | undefined {
    const known = this.operations.get(name);
    if (known) return known;
    const operation = getOperationAST(this.node, name);
    if (!operation) return undefined;
    const prepared = new Prepared(this, operation);
    this.operations.set(name, prepared);
    return prepared;
  }
}

/** One operation of such a document, with what the engine keeps for it. */
export class Prepared {
  uses = 0;
  /** Null when graphql-js is to run it; undefined before that is decided. */
  compiled: Compiled | null | undefined;
  /** Undefined before the first invalid token. */
  worksWithInvalidToken: boolean | undefined;

  constructor(
    readonly source: PreparedDocument,
    readonly operation: OperationDefinitionNode,
  ) {}

  get document(): DocumentNode {
    return this.source.node;
  }
}
