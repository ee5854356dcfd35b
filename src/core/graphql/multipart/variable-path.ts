import { malformed } from './multipart.errors.js';
import { ReceivedUpload } from './upload.js';

/** A place in the variables where a file goes. */
export type Place = { parent: Record<string, unknown>; key: string; path: string };

/**
 * Finds the place that a dotted path names, such as `input.avatarUpload` or `files.0`. Only own properties and elements count, so no path
 * leads to a prototype.
 * @param isVacant whether a file may go where this value is; undefined stands for a property that is not there.
 * @throws Refusal BAD_MULTIPART when there is no such place, or something stands in it.
 */
export function placeAt(variables: object, path: string, isVacant: (value: unknown) => boolean): Place {
  const keys = path.split('.');
  const key = keys.pop()!;
  let parent: unknown = variables;
  for (const step of keys) parent = own(parent, step);
  if (!isRecord(parent) || unsafeKeys.has(key) || !isVacant(own(parent, key))) {
    throw malformed('A file goes where its variable is null.', { path });
  }
  if (Array.isArray(parent) && !Object.hasOwn(parent, key)) throw malformed('The list has no such element.', { path });
  return { parent, key, path };
}

/** As property names they would not add a property. */
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype']);

function own(parent: unknown, key: string): unknown {
  return isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** An object or a list of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof ReceivedUpload);
}
