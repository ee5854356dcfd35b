import type { Parameters } from './parameters.js';

/**
 * Names that are exactly this one, then those that begin with it.
 * @param column of names in their normal form, which has an index with COLLATE "C". (One of trigrams would serve for equality, too, and
 *   badly, but has not that collation.) Names are made of a-z, 0-9, - and _, which all stand
 *   before ~ there.
 */
export function nameMatches(column: string, wanted: string, parameters: Parameters): string[] {
  const value = parameters.add(wanted);
  const name = `${column} COLLATE "C"`;
  return [`${name} = ${value}`, `${name} >= ${value} AND ${name} < ${value} || '~'`];
}
