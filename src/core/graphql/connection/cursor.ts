import type { ColumnType } from '../../projection/read-table.js';
import type { SortOrder } from './sort-order.js';

/** Raised when the content changes its form; cursors of other versions are refused. */
const version = 1;

/** Longer ones are refused unread. Sort keys are short: a list that is sorted by long texts needs a column of its own for that. */
const maxLength = 4096;

/**
 * Where a row stands in an order: base64url of `[version, order, value of each sort key and of the id]`. It hides nothing and grants
 * nothing, so a list must not be sorted by what its reader may not see.
 */
export function encodeCursor(order: SortOrder, row: Record<string, unknown>): string {
  const values = order.columns.map(({ property, type }) => forms[type]!.write(row[property]));
  return Buffer.from(JSON.stringify([version, order.signature, ...values])).toString('base64url');
}

/** @returns the values of the order's columns as SQL parameters; null for a text that is not a cursor of this order. */
export function decodeCursor(order: SortOrder, cursor: string): unknown[] | null {
  if (cursor.length > maxLength) return null;
  const content = parse(cursor);
  if (!Array.isArray(content) || content.length !== order.columns.length + 2) return null;
  const [ofVersion, signature, ...texts] = content as unknown[];
  if (ofVersion !== version || signature !== order.signature) return null;
  const values = order.columns.map(({ type }, index) => forms[type]!.read(String(texts[index])));
  return values.includes(undefined) ? null : values;
}

/** Node reads base64url leniently: only the one spelling that `encodeCursor` makes is a cursor. */
function parse(cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor) return null;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

/** How a value travels, as text. `read` gives undefined for what Postgres would refuse, or what `write` never wrote. */
type Form = { write(value: unknown): string; read(text: string): unknown };

const number = (accept: (value: number) => boolean): Form => ({
  write: String,
  read: (text) => (String(Number(text)) === text && accept(Number(text)) ? Number(text) : undefined),
});

const forms: { [Type in ColumnType]?: Form } = {
  text: { write: String, read: (text) => (text.includes('\0') ? undefined : text) },
  boolean: { write: String, read: (text) => ({ true: true, false: false })[text] },
  integer: number((value) => value === (value | 0)),
  bigint: number(Number.isSafeInteger),
  'double precision': number(() => true),
  // Read tables hold whole milliseconds, as Date does.
  timestamptz: { write: (value) => (value as Date).toISOString(), read: readMoment },
};

function readMoment(text: string): string | undefined {
  const millis = /^\d{4}-.*Z$/.test(text) && !text.startsWith('0000') ? Date.parse(text) : NaN;
  return !Number.isNaN(millis) && new Date(millis).toISOString() === text ? text : undefined;
}
