import type pg from 'pg';
import { pipeline } from 'node:stream/promises';
import { to as copyTo } from 'pg-copy-streams';
import { dateFrom, positionFrom } from '../../event-store/rows.js';
import type { JsonObject, Recorded, StoredEvent } from '../../event-store/types.js';
import { fromCopyField } from './copy-text.js';

/** What of the log is read in one go. */
export type PartOfLog = {
  partition: number;
  /** A large partition is read in slices of whole streams, so that sorting one stays bounded. */
  slice: number;
  slices: number;
  upTo: number;
  types: string[];
  /** Streams one after the other, each in its order; without it the order is unknown, which is what sums can do with. */
  byStream: boolean;
  withMetadata: boolean;
  skips: ReadonlySet<number>;
};

/** Unseals and upcasts, as `EventCodec.decode`. */
export type Decode = (stored: StoredEvent[]) => Promise<Recorded[]>;

/** Somebody looked at the metadata of an event that was read without it. Read the part again with it. */
export class MetadataWanted extends Error {
  override readonly name = 'MetadataWanted';
}

/** Events that are decoded together: data keys are then asked for once. */
const chunkEvents = 500;

/**
 * Reads a part of the log by COPY, which costs half of what pages cost, and hands it on decoded, in chunks.
 * Metadata is a quarter of the bytes and hardly a fold reads it: without `withMetadata` it throws MetadataWanted.
 */
export async function readLog(
  client: pg.ClientBase,
  part: PartOfLog,
  decode: Decode,
  take: (events: AsyncIterable<Recorded[]>) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await pipeline(
    client.query(copyTo(statementFor(client, part))),
    (source: AsyncIterable<Buffer>) => take(decoded(source, part, decode)),
    { signal },
  );
}

function statementFor(client: pg.ClientBase, part: PartOfLog): string {
  const types = part.types.map((type) => client.escapeLiteral(type)).join(', ');
  const slice =
    part.slices > 1 ? `AND mod(hashtext(stream_id)::bigint + 2147483648, ${part.slices}) = ${part.slice}` : '';
  // An expression, for the unique index would lead to one random read per event where a scan and a sort are a fraction of it.
  const order = part.byStream ? `ORDER BY (stream_id || '') COLLATE "C", stream_version` : '';
  return `COPY (SELECT position, stream_id, stream_version, type, schema_version, data, occurred_at
      ${part.withMetadata ? ', metadata' : ''} FROM store.events
    WHERE partition = ${part.partition} AND position <= ${part.upTo} AND type IN (${types}) ${slice} ${order}) TO STDOUT`;
}

async function* decoded(source: AsyncIterable<Buffer>, part: PartOfLog, decode: Decode): AsyncGenerator<Recorded[]> {
  for await (const lines of chunks(source)) {
    const stored = lines.map((line) => eventFrom(line, part.partition));
    const due = part.skips.size === 0 ? stored : stored.filter(({ position }) => !part.skips.has(position));
    const events = await decode(due);
    if (!part.withMetadata) for (const event of events) Object.defineProperty(event, 'metadata', metadataUnread);
    yield events;
  }
}

async function* chunks(source: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  // A byte order mark is a character of a text like any other.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  let lines: string[] = [];
  for await (const bytes of source) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = pieces.pop()!;
    for (const piece of pieces) lines.push(piece);
    if (lines.length < chunkEvents) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

function eventFrom(line: string, partition: number): StoredEvent {
  const [position, streamId, streamVersion, type, schemaVersion, data, occurredAt, metadata] = line.split('\t');
  const event: Omit<StoredEvent, 'metadata'> & Partial<StoredEvent> = {
    position: positionFrom(position!),
    partition,
    streamId: fromCopyField(streamId!),
    streamVersion: Number(streamVersion),
    type: fromCopyField(type!),
    schemaVersion: Number(schemaVersion),
    data: JSON.parse(fromCopyField(data!)) as JsonObject,
    occurredAt: dateFrom(occurredAt!),
  };
  if (metadata !== undefined) event.metadata = JSON.parse(fromCopyField(metadata));
  return event as StoredEvent;
}

const metadataUnread: PropertyDescriptor = {
  enumerable: true,
  configurable: true,
  get(): never {
    throw new MetadataWanted();
  },
};
