import type pg from 'pg';
import { LEASE_CLASS, LEASE_WINDOW } from '../../../migrations/sql/lease.js';
import type { LogFacts } from './format.js';
import { systemPrefix } from './log-tables.js';

/** What is here does not let a log be imported. Nothing was written. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

/** The lock under which `store.renew_process` registers a process. */
const registration = [1463897410, 1];

/**
 * Makes a store without events ready to take a log, in the caller's transaction: nobody else may write to it until that ends, and no
 * process may begin to follow it.
 * @throws ImportRefused when there are events, or a process runs
 */
export async function emptyStore(client: pg.ClientBase, { partitions, keys }: LogFacts): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', registration);
  await assertNothingRuns(client);
  // In the order in which an append takes them; it locks its streams before all else that counts.
  await client.query(
    'LOCK TABLE store.command_keys, store.streams, store.claims, store.data_keys, store.numbers IN SHARE ROW EXCLUSIVE MODE',
  );
  await assertNoEvents(client);
  // As an append does: the safe head stays below what is written until it is committed.
  await client.query(
    `SELECT pg_advisory_xact_lock_shared($1, (coalesce(pg_sequence_last_value('store.event_position'), 0) % $2)::integer)`,
    [LEASE_CLASS, LEASE_WINDOW],
  );
  // What a store without events may hold: locked absences of streams, drawn numbers, checkpoints at its beginning.
  for (const table of [
    'command_keys',
    'streams',
    'claims',
    'numbers',
    'snapshots',
    'skipped_events',
    'parked_streams',
    'checkpoints',
  ])
    await client.query(`DELETE FROM store.${table}`);
  // Keys that a command made here before: they give way to those of the bundle, and stay when it brings none.
  await client.query(
    `DELETE FROM store.data_keys${keys === 'none' ? ` WHERE subject NOT LIKE '${systemPrefix}%'` : ''}`,
  );
  await client.query('SELECT store.set_partitions($1)', [partitions]);
}

async function assertNothingRuns(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT p.name FROM store.processes p WHERE p.expires_at > clock_timestamp() AND EXISTS (
       SELECT FROM pg_stat_activity a WHERE a.pid = p.backend_pid AND a.backend_start = p.backend_started_at)`,
  );
  if (rows.length > 0)
    throw new ImportRefused(
      `Stop all processes first: ${rows.map(({ name }) => name).join(', ')}. Nothing was written.`,
    );
}

async function assertNoEvents(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query('SELECT EXISTS (SELECT FROM store.events) AS found');
  if (rows[0].found)
    throw new ImportRefused(
      "The log here is not empty: a log is imported into a fresh database only, before the first start of a server, which makes an operator's account. Nothing was written.",
    );
}
