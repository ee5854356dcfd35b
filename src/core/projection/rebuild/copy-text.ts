/**
 * The text format of COPY: fields between tabs, rows between line ends, \N for null, and a backslash before what would end a field.
 * Source: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
 */

const special = /[\\\t\n\r]/;
const specials = /[\\\t\n\r]/g;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One field, from what a column's codec gives: null, text, a number, a boolean or bytes. */
export function toCopyField(value: unknown): string {
  if (value === null) return '\\N';
  if (typeof value === 'string')
    return special.test(value) ? value.replace(specials, (found) => escapes[found]!) : value;
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  return String(value);
}

const written: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' };

/** A field that is not null, as Postgres writes it. */
export function fromCopyField(field: string): string {
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, found: string) => written[found] ?? found) : field;
}
