import type pg from 'pg';
import type { Writable } from 'node:stream';
import { jobsQuery, restoreJobs } from '../tasks/restore-jobs.js';
import { copyIn } from './copy.js';
import { lazily } from './export-log.js';
import type { BundleReader, RowPiece } from './read-bundle.js';
import { writeBundle } from './write-bundle.js';

/** A table that a backup holds as it is, or some of its rows. Its columns must have a text form that JSON has, too: no arrays. */
export type KeptTable = {
  table: string;
  /** Which rows; all when left out. */
  where?: string;
  /** The column that numbers the rows. */
  identity?: string;
};

const jobSection = 'jobs';

/** Writes the tables, and the jobs that are not done, as they are in the client's snapshot, and ends the stream. */
export async function exportPlatform(
  client: pg.ClientBase,
  destination: Writable,
  tables: readonly KeptTable[],
  { program, signal }: { program: string; signal?: AbortSignal },
): Promise<Record<string, number>> {
  const sections = tables.map(({ table, where = 'true' }) => ({
    name: table,
    rows: lazily(client, `SELECT * FROM ${table} WHERE ${where}`),
  }));
  const jobs = { name: jobSection, rows: lazily(client, jobsQuery) };
  const content = { kind: 'platform' as const, program, facts: {}, sections: [...sections, jobs] };
  return (await writeBundle(content, destination, { signal })).counts;
}

/**
 * Puts the rows in the place of those that are here, in the caller's transaction.
 * @throws BundleRefused for what the tables do not take
 */
export async function importPlatform(
  client: pg.ClientBase,
  reader: BundleReader<object>,
  tables: readonly KeptTable[],
): Promise<void> {
  for (const kept of tables) await importTable(client, kept, reader.section(kept.table));
  for await (const { rows } of reader.section(jobSection)) await restoreJobs(client, rows);
  await reader.end();
}

/** Written are the columns that the rows have: a table may have got more since. */
async function importTable(
  client: pg.ClientBase,
  { table, where = 'true', identity }: KeptTable,
  pieces: AsyncGenerator<RowPiece>,
): Promise<void> {
  await client.query(`DELETE FROM ${table} WHERE ${where}`);
  const first = await pieces.next();
  if (first.done) return;
  await copyIn(client, table, Object.keys(first.value.rows[0]!), resumed(first.value, pieces));
  if (!identity) return;
  await client.query(`SELECT setval(pg_get_serial_sequence($1, $2), max(${identity})) FROM ${table}`, [
    table,
    identity,
  ]);
}

async function* resumed(first: RowPiece, rest: AsyncGenerator<RowPiece>): AsyncGenerator<RowPiece> {
  yield first;
  yield* rest;
}
