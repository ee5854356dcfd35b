import { limits } from '../event-store/limits.js';
import { partitionOf } from '../event-store/partition.js';
import type { EventTypes } from '../event-store/event-types.js';
import type { EventMetadata } from '../event-store/types.js';
import type { Row } from './read-bundle.js';

/** What an event must fit to. */
export type Expectation = {
  partitions: number;
  eventTypes: EventTypes;
  /** Position of the event before it; 0 for the first. */
  previous: number;
  /** Position of the last event. */
  head: number;
};

/** An event of a bundle, by the names of its columns. Its data is looked at by Postgres, when all are written. */
export type EventRow = { position: number; stream_id: string; metadata: EventMetadata };

/**
 * Whether a row can be an event of a log. Versions, which must follow each other in a stream, and the size of data are checked in the
 * table: there no stream has to be remembered.
 * @returns what is wrong with it, or null
 */
export function faultOf(row: Row, { partitions, eventTypes, previous, head }: Expectation): string | null {
  const { position, partition, stream_id: streamId, stream_version: version, type } = row;
  if (!isWhole(position, 1, Number.MAX_SAFE_INTEGER)) return 'it has no position.';
  if (position <= previous) return `position ${position} does not come after ${previous}.`;
  if (position > head) return `position ${position} is beyond the head, ${head}.`;
  const at = `position ${position}:`;
  if (typeof streamId !== 'string' || !hasBytes(streamId, limits.streamIdBytes))
    return `${at} its stream id has not 1 to ${limits.streamIdBytes} bytes.`;
  const expected = partitionOf(streamId, partitions);
  if (partition !== expected)
    return `${at} its partition is ${String(partition)}; the stream id ${streamId} gives ${expected}.`;
  if (!isWhole(version, 1, 2 ** 31 - 1)) return `${at} it has no version in its stream.`;
  if (typeof type !== 'string') return `${at} it has no type.`;
  return (
    typeFault(at, type, row.schema_version, eventTypes) ??
    (isObject(row.data) ? null : `${at} its data is no object.`) ??
    metadataFault(at, row.metadata) ??
    (typeof row.occurred_at === 'string' && Number.isFinite(Date.parse(row.occurred_at))
      ? null
      : `${at} it has no time.`)
  );
}

function typeFault(at: string, type: string, schemaVersion: unknown, eventTypes: EventTypes): string | null {
  const known = Object.hasOwn(eventTypes, type) ? eventTypes[type]! : null;
  if (known && isWhole(schemaVersion, 1, known.version)) return null;
  return `${at} this Waybill does not know ${type} with schema version ${String(schemaVersion)}: use the one that wrote the bundle, or a newer one.`;
}

function metadataFault(at: string, metadata: unknown): string | null {
  if (!isObject(metadata) || !isObject(metadata.actor) || typeof metadata.correlationId !== 'string')
    return `${at} its metadata names no actor or no correlation id.`;
  const { claims = {} } = metadata;
  const keys = isObject(claims) ? [claims.take ?? [], claims.release ?? []] : [null];
  if (!keys.every((list) => Array.isArray(list) && list.every((key) => isClaimKey(key))))
    return `${at} its claims are no lists of texts of 1 to ${limits.claimKeyBytes} bytes.`;
  return null;
}

const isClaimKey = (key: unknown): boolean => typeof key === 'string' && hasBytes(key, limits.claimKeyBytes);

function hasBytes(text: string, most: number): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes >= 1 && bytes <= most;
}

const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
