/**
 * Says which GraphQL type a value is, for fields whose type is an interface or a union: both executors look there first. The one way in
 * which abstract types are resolved.
 * @param value changed in place; null stays null
 */
export function typed<Value extends object>(type: string, value: Value | null): Value | null {
  if (value !== null) Object.assign(value, { __typename: type });
  return value;
}
