import {
  astFromValue,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  print,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
} from 'graphql';

export type Comparison = {
  /** What is served otherwise than the contract says: never right. One sentence each. */
  differences: string[];
  /** What is served and not in the contract: `Type`, `Type.field`, `Type.field(argument)`, `Type implements Interface`, `@directive`. */
  beyond: string[];
  /** What the contract has and nobody serves yet: `Type` (with all that is in it), `Type.field`, `Union.Member`, … */
  missing: string[];
};

type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

/**
 * Compares what is served with the contract. A type may be served in part, field by field; but a served field has all its
 * arguments, a served enum all its values, a served input all its fields, for no client can see that one is left out.
 * @returns three sorted lists
 */
export function compareSchemas(served: GraphQLSchema, contract: GraphQLSchema): Comparison {
  const result: Comparison = { differences: [], beyond: [], missing: [] };
  compareKeys(ownTypes(served), ownTypes(contract), result, (name) => name, compareTypes);
  compareDirectives(served, contract, result);
  for (const list of Object.values(result)) list.sort();
  return result;
}

/** Each own type by its name: without introspection and the scalars of the specification. */
export function ownTypes(schema: GraphQLSchema): Map<string, GraphQLNamedType> {
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  return new Map(own.map((type) => [type.name, type]));
}

function compareTypes(served: GraphQLNamedType, contract: GraphQLNamedType, result: Comparison): void {
  if (hasFields(served) && hasFields(contract) && kindOf(served) === kindOf(contract)) {
    compareFields(served, contract, result);
  } else if (isUnionType(served) && isUnionType(contract)) {
    compareUnions(served, contract, result);
  } else if (isEnumType(served) && isEnumType(contract)) {
    compareEnums(served, contract, result);
  } else if (isInputObjectType(served) && isInputObjectType(contract)) {
    compareInputs(served, contract, result);
  } else if (kindOf(served) !== kindOf(contract)) {
    result.differences.push(`${served.name} is served as ${kindOf(served)}; the contract has ${kindOf(contract)}.`);
  }
}

function compareFields(served: FieldsType, contract: FieldsType, result: Comparison): void {
  const name = (field: string) => `${contract.name}.${field}`;
  compareKeys(entries(served.getFields()), entries(contract.getFields()), result, name, (mine, theirs) =>
    compareField(name(mine.name), mine, theirs, result),
  );
  const interfaces = (type: FieldsType) => new Map(type.getInterfaces().map((each) => [each.name, each]));
  compareKeys(interfaces(served), interfaces(contract), result, (each) => `${contract.name} implements ${each}`);
}

function compareField(
  name: string,
  served: GraphQLField<unknown, unknown>,
  contract: GraphQLField<unknown, unknown>,
  result: Comparison,
) {
  compareValue(name, served, contract, result);
  compareArguments(name, served.args, contract.args, result);
}

function compareArguments(
  name: string,
  served: readonly GraphQLArgument[],
  contract: readonly GraphQLArgument[],
  result: Comparison,
) {
  const byName = (list: readonly GraphQLArgument[]) => new Map(list.map((each) => [each.name, each]));
  compareWhole(byName(served), byName(contract), result, (argument) => `${name}(${argument})`, compareInputValue);
}

function compareInputs(served: GraphQLInputObjectType, contract: GraphQLInputObjectType, result: Comparison): void {
  const name = (field: string) => `${contract.name}.${field}`;
  compareWhole(entries(served.getFields()), entries(contract.getFields()), result, name, compareInputValue);
}

function compareEnums(served: GraphQLEnumType, contract: GraphQLEnumType, result: Comparison): void {
  const values = (type: GraphQLEnumType) => new Map(type.getValues().map((each) => [each.name, each]));
  compareWhole(values(served), values(contract), result, (value) => `${contract.name}.${value}`, compareDeprecation);
}

function compareUnions(served: GraphQLUnionType, contract: GraphQLUnionType, result: Comparison): void {
  const members = (type: GraphQLUnionType) => new Map(type.getTypes().map((each) => [each.name, each]));
  compareKeys(members(served), members(contract), result, (member) => `${contract.name}.${member}`);
}

function compareDirectives(served: GraphQLSchema, contract: GraphQLSchema, result: Comparison): void {
  const own = (schema: GraphQLSchema) =>
    new Map(
      schema
        .getDirectives()
        .filter((each) => !isSpecifiedDirective(each))
        .map((each) => [each.name, each]),
    );
  compareKeys(
    own(served),
    own(contract),
    result,
    (name) => `@${name}`,
    (mine, theirs) => {
      compareArguments(`@${mine.name}`, mine.args, theirs.args, result);
      differ(
        `@${mine.name}`,
        'locations',
        [...mine.locations].sort().join(' '),
        [...theirs.locations].sort().join(' '),
        result,
      );
    },
  );
}

/** What one side alone has is beyond the contract or missing; what both have is compared. */
function compareKeys<T>(
  served: Map<string, T>,
  contract: Map<string, T>,
  result: Comparison,
  nameOf: (key: string) => string,
  compare: (served: T, contract: T, result: Comparison) => void = () => undefined,
): void {
  for (const [key, mine] of served) {
    const theirs = contract.get(key);
    if (theirs === undefined) result.beyond.push(nameOf(key));
    else compare(mine, theirs, result);
  }
  for (const key of contract.keys()) if (!served.has(key)) result.missing.push(nameOf(key));
}

/** As compareKeys, for what must be served as a whole: a part left out is a difference. */
function compareWhole<T>(
  served: Map<string, T>,
  contract: Map<string, T>,
  result: Comparison,
  nameOf: (key: string) => string,
  compare: (name: string, served: T, contract: T, result: Comparison) => void,
): void {
  const parts: Comparison = { differences: result.differences, beyond: result.beyond, missing: [] };
  compareKeys(served, contract, parts, nameOf, () => undefined);
  for (const name of parts.missing)
    result.differences.push(`${name} is in the contract, and not served with the rest.`);
  for (const [key, mine] of served) {
    const theirs = contract.get(key);
    if (theirs !== undefined) compare(nameOf(key), mine, theirs, result);
  }
}

function compareInputValue(
  name: string,
  served: GraphQLInputField,
  contract: GraphQLInputField,
  result: Comparison,
): void {
  compareValue(name, served, contract, result);
  differ(name, 'default', defaultOf(served), defaultOf(contract), result);
}

type Value = { type: unknown; deprecationReason?: string | null | undefined };

function compareValue(name: string, served: Value, contract: Value, result: Comparison): void {
  differ(name, 'type', String(served.type), String(contract.type), result);
  compareDeprecation(name, served, contract, result);
}

/** The reason is a description and ours; whether something is deprecated is the contract's. */
function compareDeprecation(
  name: string,
  served: Omit<Value, 'type'>,
  contract: Omit<Value, 'type'>,
  result: Comparison,
): void {
  const word = (value: Omit<Value, 'type'>) => (value.deprecationReason == null ? 'not deprecated' : 'deprecated');
  if (word(served) !== word(contract)) {
    result.differences.push(`${name} is served as ${word(served)}; in the contract it is ${word(contract)}.`);
  }
}

function differ(name: string, what: string, served: string, contract: string, result: Comparison): void {
  if (served !== contract)
    result.differences.push(`${name} is served with ${what} ${served}; the contract has ${contract}.`);
}

function defaultOf(value: GraphQLInputField): string {
  const node = value.defaultValue === undefined ? undefined : astFromValue(value.defaultValue, value.type);
  return node ? print(node) : '(none)';
}

function hasFields(type: GraphQLNamedType): type is FieldsType {
  return isObjectType(type) || isInterfaceType(type);
}

function kindOf(type: GraphQLNamedType): string {
  return type.constructor.name.replace(/^GraphQL|Type$/g, '').toLowerCase();
}

function entries<T>(record: Record<string, T>): Map<string, T> {
  return new Map(Object.entries(record));
}
