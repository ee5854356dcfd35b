import type pg from 'pg';
import { codecOf } from '../projection/codec.js';
import { tableName } from '../projection/ddl.js';
import { quoted } from '../projection/names.js';
import type { ReadTable } from '../projection/read-table.js';
import { readPrepared } from './prepared-read.js';

/** One access path of a read table. Its name is unique per table; the statement is prepared once per connection. */
export type Lookup = {
  name: string;
  where: string;
  /** Properties to read, when not all of them are wanted. The array is declared once: lists of columns are kept by it. */
  columns?: readonly string[];
  /** Further expressions to select, which then stand in the rows beside the columns: `count(*) OVER () AS total`. */
  also?: string;
};

export type PlannedQuery = { text: string; values: unknown[] };

/** Reads rows of read tables by named statements: the hot path, without an object mapper in between. */
export class Reader {
  constructor(private readonly pool: pg.Pool) {}

  /** Rows that a look-up finds, in the order that it says. */
  async find<Row>(table: ReadTable<Row>, lookup: Lookup, values: unknown[]): Promise<Row[]> {
    const also = lookup.also === undefined ? '' : `, ${lookup.also}`;
    const text = `SELECT ${selectList(table, lookup.columns)}${also} FROM ${tableName(table)} ${lookup.where}`;
    const rows = await this.query(`${table.versionedName}.${lookup.name}`, text, values);
    return rows.map((row) => decoded(table, row));
  }

  async one<Row>(table: ReadTable<Row>, lookup: Lookup, values: unknown[]): Promise<Row | null> {
    return (await this.find(table, lookup, values))[0] ?? null;
  }

  /** Any other statement over read tables; columns are listed, never `*`. */
  async query<Row extends Record<string, unknown>>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    if (values.some(holdsNul)) return [];
    return readPrepared<Row>(this.pool, { name, text }, values);
  }

  /**
   * A statement that Postgres plans anew each time, with its values: for one that needs another plan for a rare word than for a frequent one,
   * or is put together of parts.
   */
  async queryPlanned<Row extends Record<string, unknown>>({ text, values }: PlannedQuery): Promise<Row[]> {
    if (values.some(holdsNul)) return [];
    return (await this.pool.query<Row>(text, values)).rows;
  }
}

/** Postgres refuses NUL in a text, so nothing that is stored holds one: unknown, not an error. */
const holdsNul = (value: unknown): boolean => typeof value === 'string' && value.includes('\0');

const bigint = codecOf('bigint');

const selectLists = new WeakMap<object, string>();

/** By the array of the properties, or the table when it is all of them. */
function selectList(table: ReadTable<any>, properties?: readonly string[]): string {
  const key = properties ?? table;
  let list = selectLists.get(key);
  if (!list) {
    const columns = table.columns.filter(({ property }) => !properties || properties.includes(property));
    list = columns.map((column) => `${quoted(column.name)} AS ${quoted(column.property)}`).join(', ');
    selectLists.set(key, list);
  }
  return list;
}

function decoded<Row>(table: ReadTable<Row>, row: Record<string, unknown>): Row {
  // Only numbers come in another form than the row's; the rest is left as the driver gives it.
  for (const { property, type } of table.columns) {
    if (type === 'bigint' && row[property] !== undefined) row[property] = bigint.decode(row[property]);
  }
  return row as Row;
}
