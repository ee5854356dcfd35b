import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isUnionType, type GraphQLSchema } from 'graphql';
import { ownTypes } from './compare.js';

/**
 * What `now` lists and `before` did not. The line of a whole type stands for all that is in it, so a type that is
 * served in part for the first time shrinks the list although it has more lines.
 */
export function grown(before: string[], now: string[], contract: GraphQLSchema): string[] {
  const known = new Set(before.flatMap((line) => expand(line, contract)));
  return now.flatMap((line) => expand(line, contract)).filter((line) => !known.has(line));
}

/** How two lists differ, as lines with a leading + or -; empty when they are the same, order included. */
export function difference(listed: string[], actual: string[]): string[] {
  const missing = listed.filter((line) => !actual.includes(line)).map((line) => `- ${line}`);
  const added = actual.filter((line) => !listed.includes(line)).map((line) => `+ ${line}`);
  if (missing.length + added.length > 0) return [...missing, ...added];
  return listed.join('\n') === actual.join('\n') ? [] : ['(the lines are not sorted, or one stands there twice)'];
}

function expand(line: string, contract: GraphQLSchema): string[] {
  const type = ownTypes(contract).get(line);
  if (!type) return [line];
  if (isUnionType(type)) return [line, ...type.getTypes().map((member) => `${line}.${member.name}`)];
  if (isEnumType(type)) return [line, ...type.getValues().map((value) => `${line}.${value.name}`)];
  if (isInputObjectType(type)) return [line, ...Object.keys(type.getFields()).map((field) => `${line}.${field}`)];
  if (!isObjectType(type) && !isInterfaceType(type)) return [line];
  const fields = Object.keys(type.getFields()).map((field) => `${line}.${field}`);
  return [line, ...fields, ...type.getInterfaces().map((each) => `${line} implements ${each.name}`)];
}
