import { randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '../event-store/types.js';
import { decryptFernet, encryptFernet } from './fernet.js';

/** A value of event data that only the holder of its subject's data key can read. */
export type Sealed = { $sealed: string; token: string };

/** The data key of a subject: a person, a secret. Whoever destroys it erases everything sealed for that subject. */
export type DataKey = { subject: string; key: Buffer };

/** What stands where a value was sealed whose data key is destroyed or missing. */
export const ERASED = 'erased';

/** A sealed value was moved to another place, or its content is not what `sealFields` writes. */
export class MisplacedSeal extends Error {
  override readonly name = 'MisplacedSeal';
}

/** A fresh data key, to be stored only wrapped by the key ring. */
export function newDataKey(): Buffer {
  return randomBytes(32);
}

/**
 * Replaces each named top-level field that is present and not null by its sealed form; all else is kept. Fernet
 * authenticates no context, so the type and the field are part of the plaintext: a token holds in its place only.
 * @param type the event's wire type
 */
export function sealFields(
  type: string,
  fields: readonly string[],
  data: JsonObject,
  { subject, key }: DataKey,
): JsonObject {
  const sealed = { ...data };
  for (const field of presentIn(data, fields)) {
    sealed[field] = { $sealed: subject, token: encryptFernet(key, JSON.stringify([type, field, data[field]])) };
  }
  return sealed;
}

/**
 * Opens the named fields. A field that is not sealed is kept: older events may hold it open. Works on data as stored,
 * so before any upcast.
 * @param keyOf the subject's data key; `erased` or undefined gives the value `ERASED`
 * @throws MisplacedSeal, InvalidFernetToken
 */
export function unsealFields(
  type: string,
  fields: readonly string[],
  data: JsonObject,
  keyOf: (subject: string) => Buffer | 'erased' | undefined,
): JsonObject {
  const open = { ...data };
  for (const field of presentIn(data, fields)) {
    const value = data[field];
    if (!isSealed(value)) continue;
    const key = keyOf(value.$sealed);
    open[field] = key === undefined || key === 'erased' ? ERASED : openSeal(type, field, value.token, key);
  }
  return open;
}

/** Whether a value of stored event data is sealed. */
export function isSealed(value: Json | undefined): value is Sealed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value.$sealed === 'string' && typeof value.token === 'string' && Object.keys(value).length === 2;
}

/** The subjects whose data keys are needed to open the named fields, each once. */
export function subjectsOf(fields: readonly string[], data: JsonObject): string[] {
  const subjects = presentIn(data, fields).flatMap((field) => {
    const value = data[field];
    return isSealed(value) ? [value.$sealed] : [];
  });
  return [...new Set(subjects)];
}

function openSeal(type: string, field: string, token: string, key: Buffer): Json {
  const content = parsed(decryptFernet(key, token).toString('utf8'));
  if (!Array.isArray(content) || content.length !== 3 || content[0] !== type || content[1] !== field) {
    throw new MisplacedSeal(`The sealed value at ${type}.${field} was made for another place.`);
  }
  return content[2]!;
}

/** A parser's own error would quote the secret. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function presentIn(data: JsonObject, fields: readonly string[]): string[] {
  return fields.filter((field) => Object.hasOwn(data, field) && data[field] !== null && data[field] !== undefined);
}
