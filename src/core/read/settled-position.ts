import { typesOf, type Projection } from '../projection/definition.js';
import type { Reader } from './reader.js';

/**
 * Partitions are applied side by side, so a row may come to stand in the table after one with a higher position. What a checkpoint has
 * passed is committed (see feed/watermark.ts), so up to the furthest checkpoint the log says which events are still missing.
 */
const statement = `
  SELECT least(
    (SELECT max(position) FROM store.checkpoints WHERE projection = $1),
    (SELECT min(missing.position) - 1 FROM store.checkpoints c CROSS JOIN LATERAL (
       SELECT e.position FROM store.events e
       WHERE e.partition = c.partition AND e.position > c.position AND e.type = ANY ($2)
       ORDER BY e.position LIMIT 1) AS missing
     WHERE c.projection = $1),
    (SELECT min(position) - 1 FROM store.parked_streams WHERE projection = $1))::float8 AS position`;

/**
 * Up to and with this position a read model has all rows of the log: none comes to stand there later. So who reads in the order of
 * positions, and only as far, misses nothing. It stands still while a stream is parked.
 * @returns 0 for a read model that has not begun
 */
export async function settledPosition(reader: Reader, projection: Projection): Promise<number> {
  const values = [projection.versionedName, typesOf(projection)];
  const [settled] = await reader.query<{ position: number | null }>('settled_position', statement, values);
  return settled?.position ?? 0;
}
