import type { Writable } from 'node:stream';
import pg from 'pg';
import type { BlobStore } from '../blob/blob-store.js';
import { positionFrom } from '../event-store/rows.js';
import { allReferred, whyNotKnown, type BlobColumn } from '../projection/blob-columns.js';
import { tableName } from '../projection/ddl.js';
import { copyOut } from './copy.js';
import type { BundleTrailer, LogFacts } from './format.js';
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
import { jsonLine, writeBundle, type Section } from './write-bundle.js';

export type ExportOptions = {
  /** Version of the program that writes. */
  program: string;
  withKeys: boolean;
  /** Where read models name contents, and where these are. */
  blobs: { columns: BlobColumn[]; store: BlobStore };
  onStart?: (events: number) => void;
  onEvents?: (done: number) => void;
  signal?: AbortSignal;
};

export type ExportReport = LogFacts &
  BundleTrailer & { /** Null when the list of blobs is whole. */ blobsMayLack: string | null };

/**
 * Works in one snapshot of the database. What is committed in it is whole: an event is there together with its claims, keys and numbers,
 * and with what its stream was before, for all of that was committed earlier or with it. So a bundle does not wait for the safe head, as
 * readers with a checkpoint must: what commits later at a lower position is not in the bundle, and the log that is made from it draws
 * higher positions.
 */
export async function inSnapshot<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'waybill export' });
  // A connection that breaks fails the statement under way; without a listener it would also end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SET TIME ZONE 'UTC'`);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Writes the log as it is in the client's snapshot, and ends the stream. Holds nothing of it in memory.
 * @param client in a transaction of `inSnapshot`
 */
export async function exportLog(
  client: pg.ClientBase,
  destination: Writable,
  options: ExportOptions,
): Promise<ExportReport> {
  const { program, onStart, onEvents, signal } = options;
  const facts = await readLogFacts(client, options);
  const blobsMayLack = await whyNotKnown(client, options.blobs.columns, facts.head);
  onStart?.(facts.events);
  const onRows = (section: string, rows: number) => void (section === events.section && onEvents?.(rows));
  const content = { kind: 'log' as const, program, facts, sections: logSections(client, options) };
  return { ...facts, ...(await writeBundle(content, destination, { onRows, signal })), blobsMayLack };
}

async function readLogFacts(client: pg.ClientBase, { withKeys }: ExportOptions): Promise<LogFacts> {
  const { rows } = await client.query(
    `SELECT s.partitions, store.incarnation() AS incarnation, e.n AS events, e.head,
       ARRAY(SELECT DISTINCT ring_key_id FROM store.data_keys WHERE ring_key_id IS NOT NULL ORDER BY 1) AS "ringKeyIds"
     FROM store.settings s, (SELECT count(*) AS n, coalesce(max(position), 0) AS head FROM store.events) e`,
  );
  const { partitions, incarnation, ringKeyIds, ...counts } = rows[0];
  return {
    incarnation,
    partitions,
    head: positionFrom(counts.head),
    events: positionFrom(counts.events),
    keys: withKeys ? 'wrapped' : 'none',
    ringKeyIds: withKeys ? ringKeyIds : [],
  };
}

/** What a log consists of, in the order in which it can be checked and written: keys before what is sealed with them. */
function logSections(client: pg.ClientBase, { withKeys, blobs }: ExportOptions): Section[] {
  const commandKeyRows = `${rowsOf(commandKeys, '1, 2, 3')}${withKeys ? '' : ' LIMIT 0'}`;
  return [
    { name: dataKeys.section, rows: lazily(client, withKeys ? rowsOf(dataKeys, 'subject') : erasedSubjects) },
    { name: numbers.section, rows: lazily(client, rowsOf(numbers, 'kind')) },
    { name: commandKeys.section, rows: lazily(client, commandKeyRows) },
    { name: skips.section, rows: lazily(client, rowsOf(skips, '1, 2')) },
    { name: blobSection, rows: blobRows(client, blobs) },
    { name: events.section, rows: lazily(client, rowsOf(events, 'position')) },
  ];
}

const rowsOf = ({ table, columns }: LogTable, order: string): string =>
  `SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${order}`;

/**
 * Without their keys all subjects are erased on the other side, and must be known to be: a subject that no row knows would get a new key
 * with its next event, which does not open what is sealed in the older ones. The installation's own keys are left to the other side, and
 * with them go the command keys, whose inputs are hashed with one of them.
 */
const erasedSubjects = `SELECT subject, NULL AS wrapped, NULL AS ring_key_id, created_at, coalesce(erased_at, now()) AS erased_at
  FROM ${dataKeys.table} WHERE subject NOT LIKE '${systemPrefix}%' ORDER BY subject`;

/** The query is sent when the section is read: one connection answers one at a time. */
export async function* lazily(client: pg.ClientBase, query: string): AsyncGenerator<Uint8Array> {
  yield* copyOut(client, query);
}

async function* blobRows(
  client: pg.ClientBase,
  { columns, store }: ExportOptions['blobs'],
): AsyncGenerator<Uint8Array> {
  for await (const hash of allReferred(client, await existing(client, columns))) {
    const found = await store.stat(hash);
    yield jsonLine({ hash, size_bytes: found?.sizeBytes ?? null });
  }
}

/** A database that no server has run on has no read models yet. */
async function existing(client: pg.ClientBase, columns: BlobColumn[]): Promise<BlobColumn[]> {
  const names = columns.map(({ projection }) => tableName(projection));
  const { rows } = await client.query(
    'SELECT to_regclass(name) IS NOT NULL AS found FROM unnest($1::text[]) AS n(name)',
    [names],
  );
  return columns.filter((_, index) => rows[index].found);
}
