import type { GraphQLField, GraphQLSchema } from 'graphql';
import { isIntrospectionType, isObjectType } from 'graphql';

const guardedSchemas = new WeakSet<GraphQLSchema>();

/**
 * graphql-jit does not guard what it does with the value of a promise. What throws there (a getter of a row, the search for the type of an
 * interface) would leave the request without an answer, and the process with an unhandled rejection, which ends it. So the promises of
 * resolvers hand such an error to whoever waits for their failure. And where a promise in a list fails, graphql-jit adds a member; so a
 * list is waited for as a whole, with an Error in the place of what failed.
 * @param schema changed in place, once; graphql-js answers the same with it
 */
export function guardResolvers(schema: GraphQLSchema): void {
  if (guardedSchemas.has(schema)) return;
  guardedSchemas.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) guardField(field);
  }
}

function guardField(field: GraphQLField<unknown, unknown>): void {
  const { resolve } = field;
  if (resolve) field.resolve = (parent, args, context, info) => guarded(resolve(parent, args, context, info));
}

function guarded(value: unknown): unknown {
  if (value instanceof Promise) return new Guarded(value);
  const list = promisedList(value);
  return list ? new Guarded(list) : value;
}

/** @returns undefined for what is no list with promises in it. */
function promisedList(value: unknown): Promise<unknown[]> | undefined {
  if (!Array.isArray(value) || !value.some((item) => item instanceof Promise)) return undefined;
  return Promise.all(value.map((item: unknown) => (item instanceof Promise ? item.catch(asError) : item)));
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

class Guarded<Value> implements PromiseLike<Value> {
  constructor(private readonly promise: Promise<Value>) {}

  then<Result = Value, Failed = never>(
    onValue?: ((value: Value) => Result | PromiseLike<Result>) | null,
    onFailure?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Result | Failed> {
    const handle = (value: Value): Result | Failed | PromiseLike<Result | Failed> => {
      if (!onValue) return value as unknown as Result;
      try {
        return onValue(value);
      } catch (error) {
        if (!onFailure) throw error;
        return onFailure(error);
      }
    };
    return this.promise.then((value) => {
      const list = promisedList(value) as Promise<Value> | undefined;
      return list ? list.then(handle) : handle(value);
    }, onFailure);
  }
}
