import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** An interface is compiled once for each of its types, so a short text can ask for much code. A field takes some 1.5 kB of memory. */
const maxFields = 500;

/**
 * Looks whether graphql-jit may compile an operation.
 * @param document valid for the schema
 * @returns how many fields its code would have; null when graphql-js must run it
 */
export function compiledFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): number | null {
  if (!schema.getType('GenericScalar') || hasWhatIsNotCompiled(document)) return null;
  const root = schema.getRootType(operation.operation);
  return root ? new Counter(schema, document).count(operation.selectionSet, root) : null;
}

/**
 * graphql-jit 0.8.9 writes literals into JavaScript, and a text that begins like its mark for dates becomes **code that runs**. So no
 * document with a text in it is compiled, nor one with such a name: hot operations have variables. The others differ from graphql-js: a
 * variable inside a literal that is not given becomes null instead of absent, conditions of a fragment leak to its other uses, and a
 * response key `__proto__` is lost.
 */
function hasWhatIsNotCompiled(document: DocumentNode): boolean {
  let found = false;
  const stop = () => {
    found = true;
    return BREAK;
  };
  visit(document, {
    StringValue: stop,
    Directive: stop,
    EnumValue: ({ value }) => (isReserved(value) ? stop() : undefined),
    Name: ({ value }) => (isReserved(value) ? stop() : undefined),
    Variable: (_node, _key, parent) => (isInsideLiteral(parent) ? stop() : undefined),
  });
  return found;
}

function isReserved(name: string): boolean {
  return name.startsWith('__') && name !== '__typename';
}

/** A member of a list has the list's array for its parent. */
function isInsideLiteral(parent: ASTNode | readonly ASTNode[] | undefined): boolean {
  return Array.isArray(parent) || (parent as ASTNode).kind === Kind.OBJECT_FIELD;
}

class Counter {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private fields = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
  ) {
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
  }

  /** @returns null for too many fields, and for an abstract type that is told by a resolver of its own: graphql-jit cannot wait for it. */
  count(set: SelectionSetNode, root: GraphQLObjectType): number | null {
    return this.add(set, root) ? this.fields : null;
  }

  private add(set: SelectionSetNode, type: GraphQLNamedType): boolean {
    if (isAbstractType(type)) {
      return !type.resolveType && this.schema.getPossibleTypes(type).every((possible) => this.addTo(set, possible));
    }
    return !isObjectType(type) || this.addTo(set, type);
  }

  private addTo(set: SelectionSetNode, type: GraphQLObjectType): boolean {
    return set.selections.every((node) => {
      if (node.kind !== Kind.FIELD) {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(node.name.value)! : node;
        return !this.applies(fragment.typeCondition?.name.value, type) || this.addTo(fragment.selectionSet, type);
      }
      this.fields += 1;
      if (this.fields > maxFields) return false;
      const field = type.getFields()[node.name.value];
      return !field || !node.selectionSet || this.add(node.selectionSet, getNamedType(field.type));
    });
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = this.schema.getType(condition);
    return isAbstractType(conditionType) && this.schema.isSubType(conditionType, type);
  }
}
