import type pg from 'pg';
import { tableName } from './ddl.js';
import type { RowsProjection } from './definition.js';
import { quoted } from './names.js';

/** A column of a read model that holds the hash of a content in the blob store, or null. It must be indexed. */
export type BlobColumn = { projection: RowsProjection; column: string };

/** Those of the hashes that a read model names. */
export async function referredOf(pool: pg.Pool, columns: BlobColumn[], hashes: string[]): Promise<ReadonlySet<string>> {
  if (columns.length === 0) return new Set();
  const { rows } = await pool.query<{ hash: string }>(
    columns
      .map((column) => `SELECT ${nameOf(column)} AS hash FROM ${from(column)} WHERE ${nameOf(column)} = ANY($1)`)
      .join(' UNION '),
    [hashes],
  );
  return new Set(rows.map(({ hash }) => hash));
}

const pageSize = 1000;

/** Every hash that a read model names, in order, each once. */
export async function* allReferred(pool: Pick<pg.Pool, 'query'>, columns: BlobColumn[]): AsyncIterable<string> {
  for (let after = ''; columns.length > 0;) {
    const { rows } = await pool.query<{ hash: string }>(
      `SELECT hash FROM (${columns
        .map(
          (column) =>
            `(SELECT DISTINCT ${nameOf(column)} COLLATE "C" AS hash FROM ${from(column)} WHERE ${nameOf(column)} COLLATE "C" > $1 ORDER BY 1 LIMIT ${pageSize})`,
        )
        .join(' UNION ')}) found ORDER BY hash LIMIT ${pageSize}`,
      [after],
    );
    yield* rows.map(({ hash }) => hash);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.hash;
  }
}

/**
 * Why the read models cannot say what is referred to; null when they can. One that stands still may lack what was uploaded a day ago; one that is
 * behind by what has just happened lacks nothing that is old enough to be collected.
 * @param head the safe head of the log
 */
export async function whyNotKnown(
  pool: Pick<pg.Pool, 'query'>,
  columns: BlobColumn[],
  head: number,
): Promise<string | null> {
  const names = [...new Set(columns.map(({ projection }) => projection.versionedName))];
  const { rows } = await pool.query<{ name: string; state: string | null; behind: boolean; parked: boolean }>(
    `SELECT n.name, p.state,
       NOT EXISTS (SELECT FROM store.checkpoints c WHERE c.projection = n.name)
         OR EXISTS (SELECT FROM store.checkpoints c JOIN store.events e ON e.partition = c.partition AND e.position > c.position AND e.position <= $2 AND e.occurred_at < now() - interval '1 hour'
                    WHERE c.projection = n.name) AS behind,
       EXISTS (SELECT FROM store.parked_streams s WHERE s.projection = n.name) AS parked
     FROM unnest($1::text[]) AS n(name) LEFT JOIN store.projections p ON p.name = n.name`,
    [names, head],
  );
  for (const { name, state, behind, parked } of rows) {
    if (state === 'paused') return `${name} is paused`;
    if (parked) return `${name} has parked streams`;
    if (behind) return `${name} is more than an hour behind the log`;
  }
  return null;
}

const nameOf = ({ projection, column }: BlobColumn): string =>
  quoted(projection.table.columns.find(({ property }) => property === column)!.name);
const from = ({ projection }: BlobColumn): string => tableName(projection);
