import type pg from 'pg';
import type { Definition, Projection } from './definition.js';
import { indexName, quoted } from './names.js';
import { columnsIndex } from './read-index.js';
import { transaction } from './transaction.js';

/** Where a projection's table lives: `read` for the live one, another schema for a shadow. */
export type Schema = string;

export const liveSchema: Schema = 'read';

/** `"read"."namespaces_v1"`, of a projection or of its table's declaration. */
export function tableName(definition: Pick<Projection, 'versionedName'>, schema: Schema = liveSchema): string {
  return `${quoted(schema)}.${quoted(definition.versionedName)}`;
}

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
  const columns = [...columnsOf(definition), primaryKey(definition)];
  return [
    `CREATE TABLE IF NOT EXISTS ${tableName(definition, schema)} (${columns.join(', ')}) ${storage}`,
    ...createIndexes(definition, schema),
  ];
}

/** For a load that brings each row once: rows without key and indexes, which cost less when they are made afterwards. Sums are added to by their key. */
export function createLoadTable(definition: Projection, schema: Schema): string {
  const columns = columnsOf(definition);
  if (definition.kind === 'sums') columns.push(primaryKey(definition));
  return `CREATE TABLE ${tableName(definition, schema)} (${columns.join(', ')}) ${storage}`;
}

/** What the table of `createLoadTable` lacks to be that of `createTable`. */
export function completeTable(definition: Projection, schema: Schema): string[] {
  if (definition.kind === 'sums') return [];
  return [
    `ALTER TABLE ${tableName(definition, schema)} ADD ${primaryKey(definition)}`,
    ...createIndexes(definition, schema),
  ];
}

const storage = 'WITH (fillfactor = 85)';

function primaryKey({ kind }: Projection): string {
  return kind === 'rows' ? 'PRIMARY KEY (id)' : 'PRIMARY KEY (group_key, partition)';
}

function columnsOf(definition: Projection): string[] {
  if (definition.kind === 'sums') {
    const counters = definition.counters.map((counter) => `${quoted(counter)} bigint NOT NULL`);
    return ['group_key text NOT NULL', 'partition smallint NOT NULL', ...counters];
  }
  const columns = definition.table.columns.map(
    (column) => `${quoted(column.name)} ${column.type}${column.nullable ? '' : ' NOT NULL'}`,
  );
  const derived = definition.table.derived.map(
    ({ name, type, expression }) => `${quoted(name)} ${type} GENERATED ALWAYS AS (${expression}) STORED`,
  );
  return [...columns, ...(definition.keys ? ['stream_id text NOT NULL'] : []), 'position bigint NOT NULL', ...derived];
}

/** The names of the columns that are written, as `columnsOf` declares them, in its order. */
export function columnNames(definition: Projection): string[] {
  if (definition.kind === 'sums') return ['group_key', 'partition', ...definition.counters];
  const columns = definition.table.columns.map(({ name }) => name);
  return [...columns, ...(definition.keys ? ['stream_id'] : []), 'position'];
}

function createIndexes(definition: Projection, schema: Schema): string[] {
  if (definition.kind === 'sums') return [];
  // Rows of one stream are found by it on retry; one row per stream needs no second name for it.
  const indices = [...definition.table.indices, ...(definition.keys ? [columnsIndex(['stream_id'])] : [])];
  return indices.map(({ name, using, expression, where }) => {
    const index = quoted(indexName(definition.versionedName, name));
    const on = `${tableName(definition, schema)} USING ${using} (${expression})`;
    return `CREATE INDEX IF NOT EXISTS ${index} ON ${on}${where === null ? '' : ` WHERE ${where}`}`;
  });
}
