import type { Parameters } from './parameters.js';

/**
 * Names that are exactly this one, then those that begin with it.
 * @param column of names in their normal form, which has an index with COLLATE "C". Names are made of a-z, 0-9, - and _, which all stand
 *   before ~ there.
 */
export function nameMatches(column: string, name: string, parameters: Parameters): string[] {
  const value = parameters.add(name);
  return [`${column} = ${value}`, `${column} COLLATE "C" >= ${value} AND ${column} COLLATE "C" < ${value} || '~'`];
}
