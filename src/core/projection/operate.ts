import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { applyInHalves, byStream } from './batch.js';
import { pauseProjection, resumeProjection } from './checkpoints.js';
import { liveSchema, type Schema } from './ddl.js';
import { typesOf, type Definition } from './definition.js';
import { quoted } from './names.js';
import { dropStandby } from './rebuild/standby.js';
import { transaction } from './transaction.js';
import { writerOf } from './writers.js';

/** Reads the whole stream, decoded, up to and with a position. */
export type ReadStream = (streamId: string, upToPosition: number) => Promise<Recorded[]>;

/** Commands of an operator. Each one takes effect in the running processes by a notification on `controlChannel`, at the latest at their next start. */
export const controlChannel = 'waybill_control';

export type ParkedRow = {
  projection: string;
  streamId: string;
  partition: number;
  position: number;
  eventType: string;
  error: string;
  attempts: number;
  parkedAt: Date;
};

export async function listParked(pool: pg.Pool, projection?: string): Promise<ParkedRow[]> {
  const { rows } = await pool.query(
    `SELECT projection, stream_id AS "streamId", partition, position, event_type AS "eventType", error, attempts, parked_at AS "parkedAt"
     FROM store.parked_streams WHERE $1::text IS NULL OR projection = $1 ORDER BY parked_at, projection, stream_id`,
    [projection ?? null],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** By the name that status and checkpoints use: `namespaces_v1`, or a reactor's name. */
export function findDefinition(definitions: Definition[], versionedName: string): Definition | undefined {
  return definitions.find((definition) => definition.versionedName === versionedName);
}

export async function pause(pool: pg.Pool, projection: string, reason: string): Promise<boolean> {
  const found = await pauseProjection(pool, projection, reason);
  await notifyControl(pool);
  return found;
}

export async function resume(pool: pg.Pool, projection: string): Promise<boolean> {
  const found = await resumeProjection(pool, projection);
  await notifyControl(pool);
  return found;
}

/**
 * Folds a parked stream anew, up to where its partition stands, and takes it back into the projection.
 * Rows are folded from the stream's first event; sums and jobs, which cannot be taken back, from the event that was parked.
 * When an event fails again, or another one behind it, the stream stays parked at that one.
 * The checkpoint's row is locked and its generation raised, so a runner that still thinks the stream parked fails its next
 * compare-and-set and reads again, instead of passing over an event.
 * @returns null when it worked, else why the stream stays parked; undefined when it is not parked.
 */
export async function retryParked(
  pool: pg.Pool,
  definition: Definition,
  streamId: string,
  readStream: ReadStream,
): Promise<string | null | undefined> {
  const result = await transaction(pool, (client) => retryInTransaction(client, definition, streamId, readStream));
  await notifyControl(pool);
  return result;
}

/**
 * The same in a transaction of the caller, who tells the running processes.
 * @param standby another table of the projection, with checkpoints and parked streams under a name of its own; the live one when left out
 */
export async function retryInTransaction(
  client: pg.ClientBase,
  definition: Definition,
  streamId: string,
  readStream: ReadStream,
  standby?: { name: string; schema: Schema },
): Promise<string | null | undefined> {
  const name = standby?.name ?? definition.versionedName;
  // Locked: a second retry of the same stream waits here and then finds nothing parked, so sums are added once.
  const found = await client.query(
    'SELECT partition, position FROM store.parked_streams WHERE projection = $1 AND stream_id = $2 FOR UPDATE',
    [name, streamId],
  );
  if (found.rowCount === 0) return undefined;
  const { partition, position } = found.rows[0];
  const checkpoint = await client.query(
    'UPDATE store.checkpoints SET generation = generation + 1 WHERE projection = $1 AND partition = $2 RETURNING position',
    [name, partition],
  );
  const skips = await client.query('SELECT position FROM store.skipped_events WHERE projection = $1', [
    definition.versionedName,
  ]);
  const skipped = new Set(skips.rows.map((row) => Number(row.position)));
  const from = definition.kind === 'rows' ? 0 : Number(position);
  const events = (await readStream(streamId, Number(checkpoint.rows[0].position))).filter(
    (event) => event.position >= from && !skipped.has(event.position) && typesOf(definition).includes(event.type),
  );
  const writer = writerOf(definition, standby?.schema);
  await writer.clear(client, streamId);
  const [stopped] = await applyInHalves(client, writer, byStream(events));
  if (!stopped) {
    await client.query('DELETE FROM store.parked_streams WHERE projection = $1 AND stream_id = $2', [name, streamId]);
    return null;
  }
  await client.query(
    `UPDATE store.parked_streams SET attempts = attempts + 1, position = $3, event_type = $4, error = $5
     WHERE projection = $1 AND stream_id = $2`,
    [name, streamId, stopped.position, stopped.eventType, stopped.error],
  );
  return stopped.error;
}

/** Records that a projection passes over one event, for ever: live, on retry, on rebuild and in verify. Retry the stream afterwards. */
export async function skipEvent(
  pool: pg.Pool,
  projection: string,
  position: number,
  reason: string,
  by: string,
): Promise<void> {
  await pool.query(
    'INSERT INTO store.skipped_events (projection, position, reason, skipped_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [projection, position, reason, by],
  );
  await notifyControl(pool);
}

/** Tells every running process to read states, parked streams and skips anew. */
export async function notifyControl(pool: pg.Pool): Promise<void> {
  await pool.query(`SELECT pg_notify($1, '')`, [controlChannel]);
}

/**
 * Removes a read table that no program runs any more, such as an older version, with all that is kept about it. What it held of a person
 * goes with it, for an erasure reaches only read models that are run.
 * @returns `unknown` when there is none of that name, `running` when a live process runs it, else `dropped`.
 */
export async function dropProjection(pool: pg.Pool, versionedName: string): Promise<'unknown' | 'running' | 'dropped'> {
  const { rows } = await pool.query(
    `SELECT EXISTS (SELECT FROM store.projections WHERE name = $1) AS known,
       EXISTS (SELECT FROM store.processes WHERE $1 = ANY (projections) AND expires_at > clock_timestamp()) AS running`,
    [versionedName],
  );
  if (!rows[0].known) return 'unknown';
  if (rows[0].running) return 'running';
  await transaction(pool, async (client) => {
    await client.query(`DROP TABLE IF EXISTS ${quoted(liveSchema)}.${quoted(versionedName)}`);
    for (const table of ['checkpoints', 'parked_streams', 'skipped_events', 'partition_owners']) {
      await client.query(`DELETE FROM store.${table} WHERE projection = $1`, [versionedName]);
    }
    await client.query('DELETE FROM store.projections WHERE name = $1', [versionedName]);
  });
  await dropStandby(pool, { versionedName });
  return 'dropped';
}
