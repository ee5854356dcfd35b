import { GraphQLError } from 'graphql';

/** What the variables of one operation may hold, all together. The largest inputs of known clients, lists of DNS records, have some 6 000 values. */
export const variableLimits = {
  /** Members of objects and lists, at every depth. */
  values: 10_000,
  /** Objects and lists inside one another. */
  depth: 50,
} as const;

/**
 * Looks at the size of variables before anything looks at their types: graphql-js describes the whole value in each complaint about a
 * part of it, and reads nested ones by recursion.
 * @returns the error with which to refuse the operation, with `limit` and `max`; undefined when they are within `variableLimits`
 */
export function variablesError(variables: object): GraphQLError | undefined {
  let values = 0;
  let level: object[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > variableLimits.depth) return tooLarge('depth');
    const next: object[] = [];
    for (const parent of level) {
      const members: unknown[] = Array.isArray(parent) ? parent : Object.values(parent);
      values += members.length;
      if (values > variableLimits.values) return tooLarge('values');
      for (const member of members) if (typeof member === 'object' && member !== null) next.push(member);
    }
    level = next;
  }
  return undefined;
}

function tooLarge(limit: keyof typeof variableLimits): GraphQLError {
  const max = variableLimits[limit];
  return new GraphQLError(`The variables are too large: they have more than ${max} ${wordsFor[limit]}.`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: `variables.${limit}`, max },
  });
}

const wordsFor = { values: 'values', depth: 'levels' } as const;
