import type pg from 'pg';
import { typesOf } from '../../src/core/projection/definition.js';
import type { LoadPeer } from './emmett.js';
import { packagePages } from './package-projections.js';

type Message = { type: string; data: object; metadata: { streamName: string; occurredAt: string } };

const collection = 'bench_package_pages';

/**
 * The rebuild of @event-driven-io/emmett-postgresql, over some whole streams of the log in its own tables: its single-stream projection to
 * documents, with the same folds as ours and a page ten times its default, which is better for it.
 * @param url of the database with the generated log
 * @param wanted about how many events; all of them would take it a quarter of an hour for each million
 * @returns seconds from the start of its consumer until it has stopped by itself, and of how many events
 * @throws Error when not every stream became a document
 */
export async function rebuildWithEmmett(
  pool: pg.Pool,
  url: string,
  wanted: number,
  load: LoadPeer,
): Promise<{ seconds: number; events: number }> {
  const emmett = await load('@event-driven-io/emmett-postgresql/dist/index.js');
  const events = await copyLog(pool, url, wanted, emmett);
  const consumer = emmett.rebuildPostgreSQLProjections({
    connectionString: url,
    pulling: { batchSize: 1000 },
    projection: emmett.pongoSingleStreamProjection({
      collectionName: collection,
      canHandle: typesOf(packagePages),
      evolve,
    }),
    processorId: 'bench',
  });
  const startedAt = performance.now();
  await consumer.start();
  const seconds = (performance.now() - startedAt) / 1000;
  await consumer.close();
  const { rows } = await pool.query(
    `SELECT (SELECT count(*) FROM ${collection})::int AS documents, (SELECT count(DISTINCT stream_id) FROM emt_messages)::int AS streams`,
  );
  if (rows[0].documents !== rows[0].streams) throw new Error(`emmett made ${JSON.stringify(rows[0])}.`);
  return { seconds, events };
}

/** Its schema, and every nth of our streams as it would have stored them. @returns how many events these have */
async function copyLog(pool: pg.Pool, url: string, wanted: number, emmett: any): Promise<number> {
  const store = emmett.getPostgreSQLEventStore(url);
  await store.schema.migrate();
  await store.close();
  const { rowCount } = await pool.query(
    `INSERT INTO emt_messages (stream_position, global_position, transaction_id, stream_id, message_schema_version, message_id,
       message_type, message_data, message_metadata)
     SELECT stream_version, position, pg_current_xact_id(), stream_id, '1', 'message-' || position,
       type, data, metadata || jsonb_build_object('occurredAt', occurred_at)
     FROM store.events
     WHERE hashtext(stream_id) % (SELECT greatest(1, count(*) / $1)::integer FROM store.events) = 0 ORDER BY position`,
    [wanted],
  );
  await pool.query('ANALYZE emt_messages');
  return rowCount!;
}

/** The handlers of our projection, on emmett's events. */
function evolve(row: object | null, { type, data, metadata }: Message): object | null {
  const event = { type, data, streamId: metadata.streamName, occurredAt: metadata.occurredAt };
  return (packagePages.on as Record<string, (event: object, row: object | null) => object | null>)[type]!(event, row);
}
