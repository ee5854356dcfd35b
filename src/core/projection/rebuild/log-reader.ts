import type pg from 'pg';
import { pipeline } from 'node:stream/promises';
import { to as copyTo } from 'pg-copy-streams';
import { dateFrom, positionFrom } from '../../event-store/rows.js';
import type { EventMetadata, JsonObject, Recorded, StoredEvent } from '../../event-store/types.js';
import { fromCopyField } from './copy-text.js';

/** What of the log is read in one go. */
export type PartOfLog = {
  partitions: number[];
  /** A large partition is read in slices of whole streams, so that sorting one stays bounded. */
  slice: number;
  slices: number;
  upTo: number;
  types: string[];
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
 * Reads a part of the log by COPY, which costs half of what pages cost, and hands it on decoded: partition after partition, in each stream
 * after stream, each in its order.
 * Metadata is a quarter of the bytes and hardly a fold reads it: without `withMetadata` it throws MetadataWanted.
 */
export async function readLog(
  client: pg.ClientBase,
  part: PartOfLog,
  decode: Decode,
  take: (events: PartitionedEvents) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await pipeline(
    client.query(copyTo(statementFor(client, part))),
    (source: AsyncIterable<Buffer>) => take(new PartitionedEvents(decoded(source, part, decode))),
    { signal },
  );
}

/** Events as they are read, in ascending order of partition, to be taken partition by partition. */
export class PartitionedEvents {
  private pending: Recorded[] = [];

  constructor(private readonly source: AsyncGenerator<Recorded[]>) {}

  /** The events of the next partition; none when it has none. To be used up before the next one is asked for. */
  async *of(partition: number): AsyncGenerator<Recorded[]> {
    for (;;) {
      if (this.pending.length === 0) {
        const { done, value } = await this.source.next();
        if (done) return;
        this.pending = value;
        continue;
      }
      const end = this.pending.findIndex((event) => event.partition !== partition);
      const own = end < 0 ? this.pending : this.pending.slice(0, end);
      this.pending = end < 0 ? [] : this.pending.slice(end);
      if (own.length > 0) yield own;
      if (end >= 0) return;
    }
  }
}

function statementFor(client: pg.ClientBase, part: PartOfLog): string {
  const types = part.types.map((type) => client.escapeLiteral(type)).join(', ');
  const slice =
    part.slices > 1 ? `AND mod(hashtext(stream_id)::bigint + 2147483648, ${part.slices}) = ${part.slice}` : '';
  // Sorted by one number first, which costs a third less than by texts. And by an expression, for an index would lead to one random
  // read per event, where a scan and a sort are a fraction of it.
  return `COPY (SELECT position, partition, stream_id, stream_version, type, schema_version, data, occurred_at
      ${part.withMetadata ? ', metadata' : ''} FROM store.events
    WHERE partition IN (${part.partitions.join(', ')}) AND position <= ${part.upTo} AND type IN (${types}) ${slice}
    ORDER BY (partition::bigint << 32) + hashtext(stream_id), stream_id COLLATE "C", stream_version) TO STDOUT`;
}

async function* decoded(source: AsyncIterable<Buffer>, part: PartOfLog, decode: Decode): AsyncGenerator<Recorded[]> {
  for await (const lines of chunks(source)) {
    const stored = lines.map(eventFrom);
    const due = part.skips.size === 0 ? stored : stored.filter(({ position }) => !part.skips.has(position));
    yield await decode(due);
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

function eventFrom(line: string): StoredEvent {
  const [position, partition, streamId, streamVersion, type, schemaVersion, data, occurredAt, metadata] =
    line.split('\t');
  return {
    position: positionFrom(position!),
    partition: Number(partition),
    streamId: fromCopyField(streamId!),
    streamVersion: Number(streamVersion),
    type: fromCopyField(type!),
    schemaVersion: Number(schemaVersion),
    data: JSON.parse(fromCopyField(data!)) as JsonObject,
    metadata: metadata === undefined ? metadataUnread : (JSON.parse(fromCopyField(metadata)) as EventMetadata),
    occurredAt: dateFrom(occurredAt!),
  };
}

/** Stands for the metadata that was not read; whoever looks into it learns so. */
const metadataUnread = new Proxy<EventMetadata>(Object.create(null), {
  get: wantMetadata,
  has: wantMetadata,
  ownKeys: wantMetadata,
  getOwnPropertyDescriptor: wantMetadata,
});

function wantMetadata(): never {
  throw new MetadataWanted();
}
