import type pg from 'pg';
import { limits } from '../event-store/limits.js';
import { copyIn } from './copy.js';
import { BundleRefused, type LogFacts } from './format.js';
import type { RowPiece } from './read-bundle.js';

/**
 * Checks of written events that would take memory to do on the way.
 * @throws BundleRefused naming the first position at fault
 */
export async function checkEvents(client: pg.ClientBase): Promise<void> {
  const gap = await client.query(
    `SELECT position, stream_id, stream_version, expected FROM (
       SELECT position, stream_id, stream_version, row_number() OVER (PARTITION BY stream_id ORDER BY position) AS expected FROM store.events
     ) v WHERE stream_version <> expected ORDER BY position LIMIT 1`,
  );
  for (const { position, stream_id: streamId, stream_version: version, expected } of gap.rows)
    throw new BundleRefused(
      null,
      `position ${position}: the stream ${streamId} has version ${version} where ${expected} must follow.`,
    );
  const large = await client.query(
    // Compression makes of what is too large never less than a hundredth; what is smaller is not unpacked.
    `SELECT position, octet_length(data::text) AS bytes FROM store.events
     WHERE pg_column_size(data) > $1::integer / 300 AND octet_length(data::text) > $1 ORDER BY position LIMIT 1`,
    [limits.eventDataBytes],
  );
  for (const { position, bytes } of large.rows)
    throw new BundleRefused(
      null,
      `position ${position}: its data has ${bytes} bytes; at most ${limits.eventDataBytes} are allowed.`,
    );
}

/** Writes what is a function of the events, and where reactors stand. @returns how many streams there are */
export async function followFromEvents(
  client: pg.ClientBase,
  owners: ReadonlyMap<string, string>,
  silentReactors: string[],
  { partitions, head }: LogFacts,
): Promise<number> {
  const streams = await client.query(
    `INSERT INTO store.streams (stream_id, version, partition)
     SELECT stream_id, max(stream_version), min(partition) FROM store.events GROUP BY stream_id`,
  );
  await copyIn(client, 'store.claims', ['key', 'stream_id'], claimRows(owners));
  await client.query('INSERT INTO store.projections (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
    silentReactors,
  ]);
  // A server that was held off by the import may have made the rows a moment before.
  await client.query(
    `INSERT INTO store.checkpoints AS c (projection, partition, position)
     SELECT name, n, $2 FROM unnest($1::text[]) AS r(name), generate_series(0, $3::int - 1) n
     ON CONFLICT (projection, partition) DO UPDATE SET position = excluded.position, generation = c.generation + 1`,
    [silentReactors, head, partitions],
  );
  return streams.rowCount ?? 0;
}

const pieceRows = 5000;

async function* claimRows(owners: ReadonlyMap<string, string>): AsyncGenerator<RowPiece> {
  let rows: RowPiece['rows'] = [];
  for (const [key, streamId] of owners) {
    rows.push({ key, stream_id: streamId });
    if (rows.length < pieceRows) continue;
    yield { rows, firstLine: 0 };
    rows = [];
  }
  yield { rows, firstLine: 0 };
}
