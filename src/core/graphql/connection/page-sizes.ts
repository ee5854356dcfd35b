import { getNamedType, type GraphQLNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import { pageLimits } from './page-request.js';

const defaults = new Map<string, number>();

/**
 * Says how many edges a connection field gives when it is asked without `first` and `last`. The cost of an operation is reckoned with it.
 * @param field `User.namespaces`
 * @throws Error at load time when it was said before, or is no page size.
 */
export function defaultPageSize(field: string, size: number): void {
  if (defaults.has(field)) throw new Error(`The default page size of ${field} is declared twice.`);
  if (!Number.isInteger(size) || size < 1 || size > pageLimits.maxSize) {
    throw new Error(`The default page size of ${field} must be from 1 to ${pageLimits.maxSize}.`);
  }
  defaults.set(field, size);
}

/** @returns undefined for a field that is no connection. */
export function defaultPageSizeOf(field: string): number | undefined {
  return defaults.get(field);
}

/** A type with edges and pageInfo, as every `…Connection` is. */
export function isConnectionType(type: GraphQLNamedType): boolean {
  return isObjectType(type) && 'edges' in type.getFields() && 'pageInfo' in type.getFields();
}

/** Connection fields of a schema whose default page size nobody declared. */
export function undeclaredPageSizes(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isConnectionType(getNamedType(field.type)))
      .map((field) => `${type.name}.${field.name}`)
      .filter((name) => !defaults.has(name)),
  );
}
