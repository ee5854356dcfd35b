import type { PackageLimits } from './limits.js';
import { broken, within, type Where } from './package-file.errors.js';

/**
 * Takes documents of unknown shape apart. `where.path` is the path of the field; every function throws the Refusal `manifest-type` when
 * the value is something else.
 */
export type Fields = Record<string, unknown>;

/** A table, without what objects inherit. */
export function recordAt(value: unknown, where: Where): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken('manifest-type', where);
  return value as Fields;
}

export function listAt(value: unknown, where: Where): unknown[] {
  if (!Array.isArray(value)) throw broken('manifest-type', where);
  return value;
}

export function textAt(value: unknown, where: Where): string {
  if (typeof value !== 'string') throw broken('manifest-type', where);
  return value;
}

export function booleanAt(value: unknown, where: Where): boolean {
  if (typeof value !== 'boolean') throw broken('manifest-type', where);
  return value;
}

/** An absolute URL, as it is written. */
export function urlAt(value: unknown, where: Where): string {
  const text = textAt(value, where);
  if (!URL.canParse(text)) throw broken('manifest-type', where);
  return text;
}

/** A field that may be missing or null. */
export function optional<Value>(
  record: Fields,
  key: string,
  where: Where,
  read: (value: unknown, where: Where) => Value,
): Value | null {
  const value = field(record, key);
  return value === undefined || value === null ? null : read(value, below(where, key));
}

/** A field that may be missing, and is not null: what the clients read by a default does not take null. */
export function defaulted<Value>(
  record: Fields,
  key: string,
  where: Where,
  read: (value: unknown, where: Where) => Value,
  missing: Value,
): Value {
  const value = field(record, key);
  return value === undefined ? missing : read(value, below(where, key));
}

export function required<Value>(
  record: Fields,
  key: string,
  where: Where,
  read: (value: unknown, where: Where) => Value,
): Value {
  return read(field(record, key), below(where, key));
}

function field(record: Fields, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Where a field of a field is. */
export function below(where: Where, key: string | number): Where {
  return { ...where, path: where.path === undefined ? String(key) : `${where.path}.${key}` };
}

/** Names of commands, volumes and packages: what a person can read and type. @throws Refusal `manifest-name`. */
export function checkName(name: string, limits: PackageLimits, where: Where): string {
  within(limits, 'nameChars', name.length, where);
  if (name === '' || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) throw broken('manifest-name', where);
  return name;
}
