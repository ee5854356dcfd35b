import type pg from 'pg';
import { tableName, type Schema } from '../ddl.js';
import type { Projection } from '../definition.js';

/** Where the table lies that is being built, or that a swap kept. */
export const standbySchema: Schema = 'standby';

/** Under which name the standby has its checkpoints and parked streams. */
export const standbyName = (definition: Pick<Projection, 'versionedName'>): string =>
  `standby:${definition.versionedName}`;

export async function hasStandby(pool: pg.Pool, definition: Projection): Promise<boolean> {
  const { rows } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS found', [
    tableName(definition, standbySchema),
  ]);
  return rows[0].found;
}
