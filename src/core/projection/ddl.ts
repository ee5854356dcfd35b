import type pg from 'pg';
import type { Definition, Projection, RowsProjection, SumsProjection } from './definition.js';
import { indexName } from './names.js';
import { transaction } from './transaction.js';

/** Where a projection's table lives: `read` for the live one, another schema for a shadow. */
export type Schema = string;

export const liveSchema: Schema = 'read';

/** `"read"."namespaces_v1"`, of a projection or of its table's declaration. */
export function tableName(definition: Pick<Projection, 'versionedName'>, schema: Schema = liveSchema): string {
  return `${quoted(schema)}.${quoted(definition.versionedName)}`;
}

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Class of the advisory lock under which tables are made. Nothing else in the database uses it. */
const ddlLock = 1463897411;

/** Makes the live tables that are missing; reactors have none. Processes that start at the same time take turns: IF NOT EXISTS alone lets two of them collide. */
export async function createTables(pool: pg.Pool, definitions: Definition[]): Promise<void> {
  const statements = definitions.flatMap((definition) =>
    definition.kind === 'reactor' ? [] : createTable(definition),
  );
  if (statements.length === 0) return;
  await transaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ddlLock]);
    for (const statement of statements) await client.query(statement);
  });
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
        `CREATE INDEX IF NOT EXISTS ${quoted(indexName(definition.versionedName, names))} ON ${table} (${names.map(quoted).join(', ')})`,
    ),
  ];
}

function createSums(definition: SumsProjection, schema: Schema): string {
  const counters = definition.counters.map((counter) => `${quoted(counter)} bigint NOT NULL`);
  return `CREATE TABLE IF NOT EXISTS ${tableName(definition, schema)} (group_key text NOT NULL, partition smallint NOT NULL, ${counters.join(', ')}, PRIMARY KEY (group_key, partition)) WITH (fillfactor = 85)`;
}
