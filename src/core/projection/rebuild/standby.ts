import type pg from 'pg';
import { tableName } from '../ddl.js';
import type { Projection } from '../definition.js';
import { quoted } from '../names.js';
import { transaction } from '../transaction.js';

/** Where the second table of a projection lies: the one that is built to become the live one, or the one that was live before. */
export const standbySchema = 'standby';

/** A projection by its versioned name alone: one that no program knows any more has a standby, too. */
export type Versioned = Pick<Projection, 'versionedName'>;

/** What its checkpoints and parked streams stand under. No projection or reactor can have such a name. */
export const standbyName = ({ versionedName }: Versioned): string => `standby:${versionedName}`;

export const standbyTable = (definition: Versioned): string => tableName(definition, standbySchema);

export async function hasStandby(pool: pg.Pool, definition: Versioned): Promise<boolean> {
  const { rows } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS found', [standbyTable(definition)]);
  return rows[0].found;
}

/** Removes the second table with all that is kept about it, built or half built. @returns whether there was one */
export async function dropStandby(pool: pg.Pool, definition: Versioned): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [standbyTable(definition)]);
    await client.query(`DROP TABLE IF EXISTS ${quoted(standbySchema)}.${quoted(definition.versionedName)}`);
    for (const table of ['checkpoints', 'parked_streams'])
      await client.query(`DELETE FROM store.${table} WHERE projection = $1`, [standbyName(definition)]);
    await client.query('DELETE FROM store.rebuilds WHERE projection = $1', [definition.versionedName]);
    return rows[0].found;
  });
}
