import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { describeFailure, isPoison } from './failure.js';
import type { StreamBatch, StreamChange, ProjectionWriter } from './writer.js';

/** From where to where a batch moves the checkpoint of one partition. */
export type Advance = { partition: number; from: number; to: number; generation: number };

export type ParkedStream = { streamId: string; partition: number; position: number; eventType: string; error: string };

/** The checkpoint was not where the batch had left it: another process moved it, or an operator did. Nothing was written. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/**
 * Applies events of one projection and moves its checkpoints, all in one transaction, compare-and-set first: a process that lost its
 * partition without knowing writes nothing.
 * A stream whose events fail is parked in the same transaction and the others go on.
 * @returns the streams that were parked.
 * @throws CheckpointMoved, or the failure of the surroundings, after rolling back.
 */
export async function applyBatch(
  pool: pg.Pool,
  projection: string,
  writer: ProjectionWriter,
  events: Recorded[],
  advances: Advance[],
): Promise<ParkedStream[]> {
  const batch = { projection, writer, events, advances };
  try {
    return await applyOnce(pool, batch, writeTogether);
  } catch (error) {
    if (error instanceof CheckpointMoved || !isPoison(error)) throw error;
    // Rare: only now is it worth a savepoint per try to find the streams at fault.
    return applyOnce(pool, batch, writeInHalves);
  }
}

type Write = (
  client: pg.ClientBase,
  writer: ProjectionWriter,
  changes: StreamChange[],
  batches: StreamBatch[],
) => Promise<ParkedStream[]>;

type Batch = { projection: string; writer: ProjectionWriter; events: Recorded[]; advances: Advance[] };

async function applyOnce(pool: pg.Pool, batch: Batch, write: Write): Promise<ParkedStream[]> {
  const { projection, writer, events, advances } = batch;
  const batches = byStream(events);
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const [, moved, rows] = await Promise.all([
      client.query('BEGIN'),
      compareAndSet(client, projection, advances),
      batches.length > 0 ? writer.load(client, batches) : new Map<string, Record<string, unknown>>(),
    ]);
    if (!moved) throw new CheckpointMoved(projection);
    const { changes, parked } = foldAll(writer, batches, rows);
    parked.push(...(await write(client, writer, changes, batches)));
    if (parked.length > 0) await park(client, projection, parked);
    await client.query('COMMIT');
    return parked;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function compareAndSet(client: pg.ClientBase, projection: string, advances: Advance[]): Promise<boolean> {
  const result = await client.query({
    name: 'advance checkpoints',
    text: `UPDATE store.checkpoints c SET position = a.new
           FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::integer[]) AS a(partition, old, new, generation)
           WHERE c.projection = $1 AND c.partition = a.partition AND c.position = a.old AND c.generation = a.generation`,
    values: [
      projection,
      advances.map((advance) => advance.partition),
      advances.map((advance) => advance.from),
      advances.map((advance) => advance.to),
      advances.map((advance) => advance.generation),
    ],
  });
  return result.rowCount === advances.length;
}

/** Groups events by stream; each group keeps the order in which it came, which is the stream's. */
export function byStream(events: Recorded[]): StreamBatch[] {
  const batches = new Map<string, StreamBatch>();
  for (const event of events) {
    const batch = batches.get(event.streamId);
    if (batch) batch.events.push(event);
    else batches.set(event.streamId, { streamId: event.streamId, events: [event] });
  }
  return [...batches.values()];
}

function foldAll(writer: ProjectionWriter, batches: StreamBatch[], rows: Map<string, Record<string, unknown>>) {
  const changes: StreamChange[] = [];
  const parked: ParkedStream[] = [];
  for (const batch of batches) {
    try {
      changes.push(writer.fold(batch, rows));
    } catch (error) {
      parked.push(parkedBy(batch, error));
    }
  }
  return { changes, parked };
}

const writeTogether: Write = async (client, writer, changes) => {
  await writer.write(client, changes);
  return [];
};

/** Writes all in one go; when that fails on the data, halves until the streams at fault are found, so one bad stream costs log n tries. */
const writeInHalves: Write = async (client, writer, changes, batches) => {
  if (changes.length === 0) return [];
  await client.query('SAVEPOINT part');
  try {
    await writer.write(client, changes);
    await client.query('RELEASE SAVEPOINT part');
    return [];
  } catch (error) {
    if (!isPoison(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part');
    if (changes.length === 1)
      return [
        parkedBy(
          batches.find((batch) => batch.streamId === changes[0]!.streamId)!,
          error,
        ),
      ];
    const middle = changes.length >> 1;
    const first = await writeInHalves(client, writer, changes.slice(0, middle), batches);
    return [...first, ...(await writeInHalves(client, writer, changes.slice(middle), batches))];
  }
};

function parkedBy(batch: StreamBatch, error: unknown): ParkedStream {
  const first = batch.events[0]!;
  return {
    streamId: batch.streamId,
    partition: first.partition,
    position: first.position,
    eventType: first.type,
    error: describeFailure(error),
  };
}

async function park(client: pg.ClientBase, projection: string, parked: ParkedStream[]): Promise<void> {
  await client.query(
    `INSERT INTO store.parked_streams (projection, stream_id, partition, position, event_type, error)
     SELECT $1, * FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[])`,
    [
      projection,
      parked.map((stream) => stream.streamId),
      parked.map((stream) => stream.partition),
      parked.map((stream) => stream.position),
      parked.map((stream) => stream.eventType),
      parked.map((stream) => stream.error),
    ],
  );
}
