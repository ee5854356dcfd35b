import pg from 'pg';
import { InvalidFernetToken } from '../crypto/fernet.js';
import { UnknownRingKey, type KeyWrapper } from '../crypto/key-ring.js';
import { applyClaims } from '../event-store/claims.js';
import type { EventTypes } from '../event-store/event-types.js';
import { faultOf, type EventRow } from './check-event.js';
import { checkEvents, followFromEvents } from './derived.js';
import { copyIn } from './copy.js';
import { emptyStore, ImportRefused } from './empty-store.js';
import { BundleRefused, type LogFacts } from './format.js';
import {
  blobSection,
  commandKeys,
  dataKeys,
  events,
  numbers,
  skips,
  systemPrefix,
  type LogTable,
} from './log-tables.js';
import type { BundleReader, Row, RowPiece } from './read-bundle.js';

export type ImportOptions = {
  url: string;
  /** Null: there is none. Then only a bundle without data keys can be imported. */
  ring: KeyWrapper | null;
  eventTypes: EventTypes;
  /** Reactors for which all that is imported lies in the past: they make no job of it. */
  silentReactors: string[];
  /** More that comes or goes with the log. */
  beside?: (client: pg.ClientBase) => Promise<void>;
  onEvents?: (done: number) => void;
  signal?: AbortSignal;
};

export type ImportReport = { events: number; streams: number; claims: number; dataKeys: number; head: number };

/**
 * Makes a log of a bundle, in one transaction: all or nothing. The log keeps its own incarnation, for it is another one.
 * Claims are held in memory, some 100 bytes each; all else goes through.
 * @throws BundleRefused, ImportRefused; then nothing was written
 */
export async function importLog(reader: BundleReader<LogFacts>, options: ImportOptions): Promise<ImportReport> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'waybill import' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await emptyStore(client, reader.header.facts);
    const report = await load(client, reader, options);
    await options.beside?.(client);
    // The sequence does not roll back, so it moves when nothing else can fail.
    await client.query(`SELECT setval('store.event_position', $1) WHERE $1 > 0`, [report.head]);
    await client.query('COMMIT');
    await client.query('ANALYZE store.events, store.streams, store.claims');
    return report;
  } finally {
    // An open transaction ends with its connection.
    await client.end();
  }
}

async function load(client: pg.Client, reader: BundleReader<LogFacts>, options: ImportOptions): Promise<ImportReport> {
  const { facts } = reader.header;
  const copy = (table: LogTable, pieces = reader.section(table.section)) =>
    copyIn(client, table.table, table.columns, interruptible(pieces, options.signal));

  const keys = await copy(dataKeys, checkedKeys(reader.section(dataKeys.section), options.ring));
  await copy(numbers);
  await copy(commandKeys);
  await copy(skips);
  for await (const _ of reader.section(blobSection));
  const owners = new Map<string, string>();
  const seen = await copy(events, checkedEvents(reader, owners, options));
  await reader.end();
  if (seen !== facts.events) throw new BundleRefused(null, `it has ${seen} events; its header says ${facts.events}.`);
  await checkEvents(client);
  const streams = await followFromEvents(client, owners, options.silentReactors, facts);
  return { events: seen, streams, claims: owners.size, dataKeys: keys, head: facts.head };
}

async function* checkedEvents(
  reader: BundleReader<LogFacts>,
  owners: Map<string, string>,
  { eventTypes, onEvents }: ImportOptions,
): AsyncGenerator<RowPiece> {
  const { partitions, head } = reader.header.facts;
  let previous = 0;
  let done = 0;
  for await (const piece of reader.section(events.section)) {
    for (const [index, row] of piece.rows.entries()) {
      const fault = faultOf(row, { partitions, eventTypes, previous, head });
      if (fault) throw new BundleRefused(piece.firstLine + index, fault);
      const { position, stream_id: streamId, metadata } = row as EventRow;
      applyClaims(owners, { streamId, metadata });
      previous = position;
    }
    yield piece;
    onEvents?.((done += piece.rows.length));
  }
}

async function* checkedKeys(pieces: AsyncIterable<RowPiece>, ring: KeyWrapper | null): AsyncGenerator<RowPiece> {
  for await (const piece of pieces) {
    for (const row of piece.rows) if (row.wrapped != null) assertOpens(ring, row);
    yield piece;
  }
}

/** @throws ImportRefused when the ring does not open a key: what is sealed with it could be read by nobody here. */
function assertOpens(ring: KeyWrapper | null, { subject, wrapped, ring_key_id: ringKeyId }: Row): void {
  const refusal = (why: string) =>
    new ImportRefused(
      `The bundle's data keys are wrapped by a key ring, and ${why}. Give the ring of the installation that the bundle comes from: ` +
        'its file "keys", in the data folder here, or WAYBILL_KEYS. Nothing was written.',
    );
  if (!ring) throw refusal('there is none here');
  try {
    ring.unwrap(String(wrapped), String(ringKeyId));
  } catch (error) {
    if (error instanceof UnknownRingKey) throw refusal(`the one here has no key ${error.ringKeyId}`);
    if (!(error instanceof InvalidFernetToken)) throw error;
    // A person's key that was broken before the export is broken after it, and concerns nobody else.
    if (String(subject).startsWith(systemPrefix)) throw refusal(`the one here does not open ${String(subject)}`);
  }
}

async function* interruptible(pieces: AsyncIterable<RowPiece>, signal?: AbortSignal): AsyncGenerator<RowPiece> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield piece;
  }
}
