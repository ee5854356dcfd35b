import type pg from 'pg';
import type { Projection, RowsProjection, SumsProjection } from './definition.js';

/** Where a projection's table lives: `read` for the live one, another schema for a shadow. */
export type Schema = string;

export const liveSchema: Schema = 'read';

/** `"read"."namespaces_v1"`. */
export function tableName(definition: Projection, schema: Schema = liveSchema): string {
  return `${quoted(schema)}.${quoted(definition.versionedName)}`;
}

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

// Any number that nothing else in the database locks.
const tablesLock = 1463897410;

/**
 * Makes the live tables that are missing, in one transaction and one round trip. One process at a time: `IF NOT EXISTS` only looks, and
 * of two that create the same table at the same moment one would fail.
 */
export async function createTables(pool: pg.Pool, definitions: Projection[]): Promise<void> {
  const statements = definitions.flatMap((definition) => createTable(definition));
  await pool.query([`SELECT pg_advisory_xact_lock(${tablesLock})`, ...statements].join(';\n'));
}

/** Statements that make the table and its indexes when they are missing. */
export function createTable(definition: Projection, schema: Schema = liveSchema): string[] {
  return definition.kind === 'rows' ? createRows(definition, schema) : [createSums(definition, schema)];
}

function createRows(definition: RowsProjection, schema: Schema): string[] {
  const table = tableName(definition, schema);
  const columns = definition.table.columns.map(
    (column) => `${quoted(column.name)} ${column.type}${column.nullable ? '' : ' NOT NULL'}`,
  );
  // Rows of one stream are found by it on retry; one row per stream needs no second name for it.
  const streamId = definition.keys ? ['stream_id text NOT NULL'] : [];
  const indices = [...definition.table.indices, ...(definition.keys ? [['stream_id']] : [])];
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (${[...columns, ...streamId, 'position bigint NOT NULL', 'PRIMARY KEY (id)'].join(', ')}) WITH (fillfactor = 85)`,
    ...indices.map(
      (names) =>
        `CREATE INDEX IF NOT EXISTS ${quoted(`${definition.versionedName}_${names.join('_')}`)} ON ${table} (${names.map(quoted).join(', ')})`,
    ),
  ];
}

function createSums(definition: SumsProjection, schema: Schema): string {
  const counters = definition.counters.map((counter) => `${quoted(counter)} bigint NOT NULL`);
  return `CREATE TABLE IF NOT EXISTS ${tableName(definition, schema)} (group_key text NOT NULL, partition smallint NOT NULL, ${counters.join(', ')}, PRIMARY KEY (group_key, partition)) WITH (fillfactor = 85)`;
}
