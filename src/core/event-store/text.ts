import { refuse } from '../errors/core.errors.js';

const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * JSON text of a value, safe to store as jsonb.
 * @param path names the value in the refusal; empty for an event's data, whose fields are named as they are.
 * @throws Refusal INVALID_TEXT with the path of the first string or key that holds NUL or a lone surrogate, which Postgres
 * cannot store.
 */
export function storableJson(value: unknown, path = ''): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes exactly these characters (and a few harmless ones) as \uXXXX, so most values need no walk.
  if (text.includes('\\u')) assertStorable(value, path);
  return text;
}

/** @throws Refusal INVALID_TEXT naming `path` (or the path inside of it) when Postgres cannot store a string in `value`. */
export function assertStorable(value: unknown, path: string): void {
  if (typeof value === 'string' && UNSTORABLE.test(value)) throw refuse('INVALID_TEXT', { field: path });
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const name = UNSTORABLE.test(key) ? JSON.stringify(key) : key;
    const innerPath = path === '' ? name : `${path}.${name}`;
    if (name !== key) throw refuse('INVALID_TEXT', { field: innerPath });
    assertStorable(inner, innerPath);
  }
}
