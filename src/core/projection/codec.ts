import type { ColumnType } from './read-table.js';

/**
 * How one value travels: `encode` for an element of the array that a bulk write sends, `decode` from what `pg` returns.
 * decode(encode(x)) equals x through the database; a test proves it for every type.
 */
export type Codec = { encode(value: unknown): unknown; decode(value: unknown): unknown };

const asIs: Codec = { encode: (value) => value, decode: (value) => value };

const codecs: Record<ColumnType, Codec> = {
  text: asIs,
  integer: asIs,
  'double precision': asIs,
  boolean: asIs,
  bytea: asIs,
  // pg gives bigint as text; read models hold numbers that clients can print exactly.
  bigint: { encode: (value) => value, decode: (value) => Number(value) },
  // pg writes a Date in the machine's zone; ISO text is the same moment everywhere.
  timestamptz: { encode: (value) => (value as Date).toISOString(), decode: (value) => value },
  jsonb: { encode: (value) => JSON.stringify(value), decode: (value) => value },
};

/** The codec of a column type, with null passed through. */
export function codecOf(type: ColumnType): Codec {
  const { encode, decode } = codecs[type];
  return {
    encode: (value) => (value === null ? null : encode(value)),
    decode: (value) => (value === null ? null : decode(value)),
  };
}
