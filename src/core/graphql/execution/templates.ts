import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  getNullableType,
  GraphQLID,
  type GraphQLSchema,
  GraphQLString,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { Documents } from './documents.js';
import { isTextVariable, textForm } from './literal-texts.js';
import type { PreparedDocument } from './prepared.js';
import type { Refused } from './refusals.js';

/** A document with variables in place of its texts, and what these are. */
export type Templated = { document: PreparedDocument; texts: Record<string, string> };

/**
 * Queries whose clients write names into the text. Documents of one form share what was parsed, validated and compiled for the first of them:
 * a text where a String or an ID may stand makes no difference to any of that. Compiled code holds no text of a client (see compilable.ts).
 */
export class Templates {
  readonly documents: Documents;

  /** @param read parses and validates a text, or finds what it did before */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly read: (text: string) => PreparedDocument | Refused,
    maxCharacters: number,
  ) {
    this.documents = new Documents(maxCharacters);
  }

  /** @returns undefined for what is no query of this kind, or is not valid. The errors of its answer are those of another text. */
  find(text: string): Templated | undefined {
    const found = textForm(text);
    if (!found) return undefined;
    const { form, texts } = found;
    const document = this.documents.get(form) ?? this.make(form, text, texts);
    return document && { document, texts };
  }

  private make(form: string, text: string, texts: Record<string, string>): PreparedDocument | undefined {
    const document = this.read(text);
    if ('errors' in document || document.hasNoTemplate) return undefined;
    const node = templateOf(this.schema, document.node, texts);
    if (node) return this.documents.add(form, node);
    document.hasNoTemplate = true;
    return undefined;
  }
}

/** @returns null for what is no single query, and when a text stands where not every text may, or not for a whole argument. */
function templateOf(schema: GraphQLSchema, document: DocumentNode, texts: Record<string, string>): DocumentNode | null {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations as OperationDefinitionNode[];
  if (operations.length !== 1 || operation?.operation !== 'query') return null;
  if (operation.variableDefinitions?.some(({ variable }) => isTextVariable(variable.name.value))) return null;
  const names = new Map(Object.entries(texts).map(([name, text]) => [text, name]));
  const types = new Map<string, string>();
  const info = new TypeInfo(schema);
  let isPossible = true;
  const changed = visit(
    document,
    visitWithTypeInfo(info, {
      StringValue: ({ value }, _key, parent) => {
        const [name, type] = [names.get(value)!, textType(info, parent)];
        isPossible &&= type !== null && (types.get(name) ?? type) === type;
        if (!isPossible) return BREAK;
        types.set(name, type!);
        return variable(name);
      },
    }),
  );
  return isPossible ? withVariables(changed, types) : null;
}

/** Of an argument of a field that takes every text: `String` or `ID`. */
function textType(info: TypeInfo, parent: ASTNode | readonly ASTNode[] | undefined): string | null {
  if (!parent || !('kind' in parent) || parent.kind !== Kind.ARGUMENT || info.getDirective()) return null;
  const type = getNullableType(info.getInputType());
  return type === GraphQLString || type === GraphQLID ? type.name : null;
}

function withVariables(document: DocumentNode, types: ReadonlyMap<string, string>): DocumentNode {
  const added = [...types].map(([name, type]): VariableDefinitionNode => ({
    kind: Kind.VARIABLE_DEFINITION,
    variable: variable(name),
    type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } } },
  }));
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    return { ...definition, variableDefinitions: [...(definition.variableDefinitions ?? []), ...added] };
  });
  return { ...document, definitions };
}

const variable = (value: string): VariableNode => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } });
