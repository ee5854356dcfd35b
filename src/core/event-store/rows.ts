import pg from 'pg';
import type { EventMetadata, JsonObject, StoredEvent } from './types.js';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * A bigint column as a number.
 * @throws Error above 2^53 - 1, where a number would silently be another one.
 */
export function positionFrom(text: string): number {
  const position = Number(text);
  if (!Number.isSafeInteger(position)) throw new Error(`The position ${text} cannot be held exactly.`);
  return position;
}

/** A timestamptz column as Postgres writes it. */
export function dateFrom(text: string): Date {
  // In UTC, which our pools ask for, one replacement makes it the ISO form that the engine parses natively.
  if (text.endsWith('+00')) return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  return pg.types.getTypeParser(TIMESTAMPTZ)(text) as Date;
}

/** Type parsers for the store's own reads: bigint as number, timestamps by the fast path. */
export const storeTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return positionFrom;
    if (oid === TIMESTAMPTZ) return dateFrom;
    return pg.types.getTypeParser(oid as never, format as never);
  },
} as pg.CustomTypesConfig;

/** The columns of an event in the order in which `eventFrom` reads them. */
export const eventColumns =
  'position, partition, stream_id, stream_version, type, schema_version, data, metadata, occurred_at';

/** A row of `eventColumns`, read with `rowMode: 'array'` and `storeTypes`. */
export type EventRow = [
  position: number,
  partition: number,
  streamId: string,
  streamVersion: number,
  type: string,
  schemaVersion: number,
  data: JsonObject,
  metadata: EventMetadata,
  occurredAt: Date,
];

export function eventFrom(row: EventRow): StoredEvent {
  return {
    position: row[0],
    partition: row[1],
    streamId: row[2],
    streamVersion: row[3],
    type: row[4],
    schemaVersion: row[5],
    data: row[6],
    metadata: row[7],
    occurredAt: row[8],
  };
}
