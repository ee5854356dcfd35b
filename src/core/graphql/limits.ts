import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  validate,
  type ValidationContext,
} from 'graphql';

/**
 * What one operation may ask for, fragments expanded. The known clients stay below a third of each; GraphiQL's introspection query, the
 * deepest of all, has depth 14.
 */
export const operationLimits = {
  /** Fields inside fields. */
  depth: 20,
  /** Selected fields. Stops fragments that multiply one another. */
  fields: 2_000,
  /** Renamed fields: each repeats work under another name, such as guessing a password. */
  aliases: 30,
  directives: 30,
} as const;

type LimitName = keyof typeof operationLimits;
type Size = Record<LimitName, number>;

/** For graphql-js' `parse`. Bounds the work of reading a document before anything is known about it. */
export const parseOptions = { maxTokens: 3_000 } as const;

/** For graphql-js' `validate`: a document that is wrong everywhere does not deserve a message for each place. */
export const validationOptions = { maxErrors: 20 } as const;

/**
 * All rules for a document, for every transport: those of the GraphQL specification and the limits above.
 * @returns the errors; empty when the document may run.
 */
export function validateOperation(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  return validate(schema, document, [...specifiedRules, limitOperations], validationOptions);
}

/** Validation rule: every operation of the document keeps within `operationLimits`. The error names the limit. */
export function limitOperations(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const size = measure(operation, context.getDocument());
      for (const limit of Object.keys(operationLimits) as LimitName[]) {
        if (size[limit] > operationLimits[limit]) context.reportError(tooLarge(operation, limit, size[limit]));
      }
      return false;
    },
  };
}

function tooLarge(operation: OperationDefinitionNode, limit: LimitName, actual: number): GraphQLError {
  const max = operationLimits[limit];
  const found = Number.isSafeInteger(actual) ? ` of ${actual}` : '';
  return new GraphQLError(`The operation is too large: its ${limit}${found} exceeds the limit of ${max}.`, {
    nodes: operation,
    extensions: { limit, max },
  });
}

const empty: Size = { depth: 0, fields: 0, aliases: 0, directives: 0 };

/** Each fragment is measured once, so the work is linear even where the expansion is not. */
function measure(operation: OperationDefinitionNode, document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    // Stands for a fragment that is being measured: circles are another rule's business.
    measured.set(name, empty);
    const size = ofSet(fragments.get(name)?.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSelection = (node: SelectionNode): Size => {
    const inner = node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(node.name.value) : ofSet(node.selectionSet);
    const own = node.kind === Kind.FIELD ? { depth: 1, fields: 1, aliases: node.alias ? 1 : 0 } : empty;
    return {
      depth: inner.depth + own.depth,
      fields: inner.fields + own.fields,
      aliases: inner.aliases + own.aliases,
      directives: inner.directives + (node.directives?.length ?? 0),
    };
  };
  const ofSet = (set: SelectionSetNode | undefined): Size =>
    (set?.selections ?? []).map(ofSelection).reduce(add, empty);

  const size = ofSet(operation.selectionSet);
  return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };
}

function add(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
  };
}
