import type pg from 'pg';
import type { Recorded } from '../../event-store/types.js';
import { applyInHalves, byStream, type ParkedStream } from '../batch.js';
import { columnNames, createTable, tableName } from '../ddl.js';
import type { Projection } from '../definition.js';
import { quoted } from '../names.js';
import { writerOf } from '../writers.js';
import { standbySchema } from './standby.js';

/**
 * Folds a part as the runner would, with a try per batch, for Postgres refuses something of it: only the streams at fault are parked.
 * @param chunks streams one after the other, each in its order
 * @returns the streams that were parked
 */
export async function foldInBatches(
  client: pg.ClientBase,
  definition: Projection,
  chunks: AsyncIterable<Recorded[]>,
): Promise<ParkedStream[]> {
  // Rows are changed by their key, which the table that is being loaded does not have yet.
  const schema = definition.kind === 'rows' ? 'pg_temp' : standbySchema;
  if (definition.kind === 'rows')
    for (const statement of createTable(definition, schema)) await client.query(statement);
  const writer = writerOf(definition, schema);
  const parked = new Map<string, ParkedStream>();
  for await (const events of chunks) {
    const due = byStream(events).filter(({ streamId }) => !parked.has(streamId));
    for (const stream of await applyInHalves(client, writer, due)) parked.set(stream.streamId, stream);
  }
  if (definition.kind === 'rows') {
    const built = tableName(definition, schema);
    const names = columnNames(definition).map(quoted).join(', ');
    await client.query(`INSERT INTO ${tableName(definition, standbySchema)} (${names}) SELECT ${names} FROM ${built}`);
    await client.query(`DROP TABLE ${built}`);
  }
  return [...parked.values()];
}
