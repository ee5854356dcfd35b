import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

type Slots = readonly (GraphQLArgument | GraphQLInputField)[];

/**
 * Makes null mean "the default" for every argument and input field that has one in the schema. GraphQL itself takes an explicit null at
 * its word, but clients send null for each optional variable that they do not set.
 * @param schema changed in place: resolvers whose arguments hold such a default are wrapped, all others stay as they are.
 * @returns the same schema.
 */
export function fillNullsWithDefaults(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) wrap(field);
  }
  return schema;
}

function wrap(field: GraphQLField<unknown, unknown>): void {
  if (!holdsDefault(field.args, new Set())) return;
  const { resolve, subscribe } = field;
  if (resolve)
    field.resolve = (parent, args, context, info) => resolve(parent, filled(args, field.args), context, info);
  if (subscribe) {
    field.subscribe = (parent, args, context, info) => subscribe(parent, filled(args, field.args), context, info);
  }
}

/** Input types may contain themselves; `seen` ends the search. */
function holdsDefault(slots: Slots, seen: Set<unknown>): boolean {
  return slots.some((slot) => {
    if (slot.defaultValue !== undefined) return true;
    const type = getNamedType(slot.type);
    if (!isInputObjectType(type) || seen.has(type)) return false;
    seen.add(type);
    return holdsDefault(Object.values(type.getFields()), seen);
  });
}

function filled(values: Record<string, unknown>, slots: Slots): Record<string, unknown> {
  const result = { ...values };
  for (const slot of slots) {
    const value = result[slot.name];
    if (value === null && slot.defaultValue !== undefined) result[slot.name] = slot.defaultValue;
    else if (value != null) result[slot.name] = filledValue(value, slot.type);
  }
  return result;
}

function filledValue(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return filledValue(value, type.ofType);
  if (isListType(type)) return Array.isArray(value) ? value.map((item) => filledValue(item, type.ofType)) : value;
  if (!isInputObjectType(type) || value == null) return value;
  return filled(value as Record<string, unknown>, Object.values(type.getFields()));
}
