import type pg from 'pg';
import type { Recorded } from '../event-store/types.js';
import { describeFailure, isPoison } from './failure.js';
import type { StreamBatch, ProjectionWriter } from './writer.js';

/** From where to where a batch moves the checkpoint of one partition. */
export type Advance = { partition: number; from: number; to: number; generation: number };

/** A stream, and the first of its events that is not applied. */
export type ParkedStream = { streamId: string; partition: number; position: number; eventType: string; error: string };

/** The checkpoint was not where the batch had left it: another process moved it, or an operator did. Nothing was written. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

type Rows = Map<string, Record<string, unknown>>;

/** What happens between the compare-and-set and the commit; `load` is sent together with it. */
type Work = {
  load(client: pg.ClientBase): Promise<Rows>;
  write(client: pg.ClientBase, rows: Rows): Promise<ParkedStream[]>;
};

/**
 * Applies events of one projection and moves its checkpoints, all in one transaction, compare-and-set first: a process that lost its
 * partition without knowing writes nothing.
 * A stream with an event that fails is parked at that event, in the same transaction, and the others go on.
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
  const batches = byStream(events);
  const together: Work = {
    load: (client) => writer.load(client, batches),
    write: async (client, rows) => {
      await writer.write(
        client,
        batches.map((batch) => writer.fold(batch, rows)),
      );
      return [];
    },
  };
  try {
    return await inTransaction(pool, projection, advances, together);
  } catch (error) {
    if (error instanceof CheckpointMoved || !isPoison(error)) throw error;
  }
  // Rare: only now is it worth a savepoint per try to find the events at fault.
  return inTransaction(pool, projection, advances, {
    load: async () => new Map(),
    write: (client) => applyInHalves(client, writer, batches),
  });
}

async function inTransaction(
  pool: pg.Pool,
  projection: string,
  advances: Advance[],
  work: Work,
): Promise<ParkedStream[]> {
  const client = await pool.connect();
  let unfit: unknown;
  try {
    const [, moved, rows] = await Promise.all([
      client.query('BEGIN'),
      compareAndSet(client, projection, advances),
      work.load(client),
    ]);
    if (!moved) throw new CheckpointMoved(projection);
    const parked = await work.write(client, rows);
    if (parked.length > 0) await park(client, projection, parked);
    await client.query('COMMIT');
    return parked;
  } catch (error) {
    // After a failure of the surroundings a new connection is tried: this one may be broken or hold a plan that does not fit any more.
    if (!(error instanceof CheckpointMoved) && !isPoison(error)) unfit = error;
    await client.query('ROLLBACK').catch((failure: Error) => (unfit = failure));
    throw error;
  } finally {
    client.release(unfit as Error | undefined);
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

/**
 * Applies all in one go; when that fails on the data, halves until the streams at fault are found, and in these the first event that
 * fails: one bad event costs log n tries. What stands before it in its stream is applied.
 * @returns the streams that stopped, each at the event that could not be applied.
 */
export async function applyInHalves(
  client: pg.ClientBase,
  writer: ProjectionWriter,
  batches: StreamBatch[],
): Promise<ParkedStream[]> {
  if (batches.length === 0) return [];
  const failure = await tryTogether(client, writer, batches);
  if (!failure) return [];
  if (batches.length > 1) {
    const first = await applyInHalves(client, writer, firstHalf(batches));
    return [...first, ...(await applyInHalves(client, writer, secondHalf(batches)))];
  }
  const [{ streamId, events }] = batches as [StreamBatch];
  if (events.length === 1) return [parkedAt(events[0]!, failure.error)];
  const parked = await applyInHalves(client, writer, [{ streamId, events: firstHalf(events) }]);
  return parked.length > 0 ? parked : applyInHalves(client, writer, [{ streamId, events: secondHalf(events) }]);
}

async function tryTogether(
  client: pg.ClientBase,
  writer: ProjectionWriter,
  batches: StreamBatch[],
): Promise<{ error: unknown } | null> {
  await client.query('SAVEPOINT part');
  try {
    const rows = await writer.load(client, batches);
    await writer.write(
      client,
      batches.map((batch) => writer.fold(batch, rows)),
    );
    await client.query('RELEASE SAVEPOINT part');
    return null;
  } catch (error) {
    if (!isPoison(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part');
    return { error };
  }
}

const firstHalf = <T>(items: T[]): T[] => items.slice(0, items.length >> 1);
const secondHalf = <T>(items: T[]): T[] => items.slice(items.length >> 1);

/** A stream that stops at this event. */
export function parkedAt(event: Recorded, error: unknown): ParkedStream {
  const { streamId, partition, position, type } = event;
  return { streamId, partition, position, eventType: type, error: describeFailure(error) };
}

/** Records streams as parked, in the transaction that leaves their events out. */
export async function park(client: pg.ClientBase, projection: string, parked: ParkedStream[]): Promise<void> {
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
