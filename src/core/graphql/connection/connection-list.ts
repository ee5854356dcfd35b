import { tableName } from '../../projection/ddl.js';
import type { ReadTable } from '../../projection/read-table.js';
import type { Lookup, Reader } from '../../read/reader.js';
import { Connection } from './connection.js';
import { type Page, pageOf } from './page.js';
import { type PageArgs, pageRequest, type PageRequest } from './page-request.js';
import { defaultPageSize } from './page-sizes.js';
import { type Filter, pageLookup, type Surroundings, usualLimit } from './page-statement.js';
import { type SortKey, type SortOrder, sortOrder, type SortProperty } from './sort-order.js';

export type ListOptions<Row, OrderName extends string> = {
  /** The field that shows the list: `User.namespaces`. */
  field: string;
  /** Short name of the list, unique for its table: part of the names of its statements. */
  name: string;
  /** Condition on the columns of the table, and of `join`, with the parameters $1, $2, …; without one the list holds every row. */
  where?: string;
  /**
   * Text after `FROM <table>`: `LEFT JOIN store.visits ON place = id`. It gives at most one row for each of the table's, and only
   * columns whose names the table lacks, for those of the table are written without its name.
   */
  join?: string;
  /** Properties to read, when not all of them are wanted; those of the orders must be among them. */
  columns?: readonly string[];
  /** Further expressions to select, which then stand in the rows beside the table's own: `visits AS "visitCount"`. */
  also?: string;
  /** The orders that there are. Their columns are not nullable, and such as the list's reader may see: cursors hold their values. */
  orders: Record<OrderName, readonly SortKey<SortProperty<Row>>[]>;
  /** Edges of a page when the client gives neither `first` nor `last`. */
  defaultSize: number;
};

/** A list of rows of a read table that a field shows as a connection: one statement for a page, one more only for `totalCount`. */
export type ConnectionList<OrderName extends string, Row> = {
  /**
   * @param list the values of the condition's parameters, and the order
   * @throws Refusal BAD_USER_INPUT for arguments that break a rule. Nothing is read before a part of the answer is asked for.
   */
  connect(reader: Reader, args: PageArgs, list: { values: unknown[]; order: OrderName }): Connection<Row>;
};

/** Declares a list, once, at load time. @throws Error for an order that cannot be, a parameter of `also` alone, and a field that another list shows. */
export function connectionList<Row extends { id: string }, OrderName extends string, Also extends object = object>(
  table: ReadTable<Row>,
  { field, name, where = 'true', join = '', columns, also = '', orders, defaultSize }: ListOptions<Row, OrderName>,
): ConnectionList<OrderName, Row & Also> {
  defaultPageSize(field, defaultSize);
  const parameters = parametersIn(`${join} ${where}`);
  // The count has the same parameters, and Postgres refuses one that a statement does not have.
  if (parametersIn(also) > parameters) throw new Error(`${field}: a parameter of "also" is not in its condition.`);
  const filter: Filter = { join, condition: where, parameters, also: also === '' ? [] : [also] };
  const statements = new Map<OrderName, PageStatements>();
  for (const [orderName, keys] of Object.entries(orders) as [OrderName, readonly SortKey[]][]) {
    statements.set(orderName, pageStatements(table, filter, sortOrder(table, keys), `${name}.${orderName}`));
  }
  const count = {
    name: `${table.versionedName}.${name}.count`,
    text: `SELECT count(*)::float8 AS count FROM ${tableName(table)} ${join} WHERE ${where}`,
  };
  return {
    connect(reader, args, { values, order: orderName }) {
      const { order, lookupFor } = statements.get(orderName)!;
      const request = pageRequest(args, order, defaultSize);
      return new Connection(
        () =>
          readPage<Row, Also>(reader, table, request, { order, lookup: { ...lookupFor(request), columns }, values }),
        async () => (await reader.query<{ count: number }>(count.name, count.text, values))[0]?.count ?? 0,
      );
    },
  };
}

async function readPage<Row, Also>(
  reader: Reader,
  table: ReadTable<Row>,
  request: PageRequest,
  { order, lookup, values }: { order: SortOrder; lookup: Lookup; values: unknown[] },
): Promise<Page<Row & Also>> {
  const { after, before, size, offset } = request;
  if (size === 0) return pageOf<Row & Also>([], request, order);
  const part = usualLimit(request) === null ? [size + 1, offset] : [];
  const parameters = [...values, ...(after ?? []), ...(before ?? []), ...part];
  return pageOf((await reader.find(table, lookup, parameters)) as (Row & Also & Surroundings)[], request, order);
}

type PageStatements = { order: SortOrder; lookupFor(request: PageRequest): Lookup };

/** The statements of one order, made when the first page of their shape is asked for. */
function pageStatements<Row>(table: ReadTable<Row>, filter: Filter, order: SortOrder, prefix: string): PageStatements {
  // Postgres knows a statement by 63 bytes; the rest is room for the longest suffix and for a generation (see statement.ts).
  const longest = `${table.versionedName}.${prefix}`;
  if (Buffer.byteLength(longest) > 53) throw new Error(`The statement name ${longest} has more than 53 bytes.`);
  const made = new Map<string, Lookup>();
  return {
    order,
    lookupFor(request) {
      const { direction, after, before } = request;
      const shape = { direction, hasAfter: after !== null, hasBefore: before !== null, limit: usualLimit(request) };
      const name = `${prefix}.${direction === 'forward' ? 'f' : 'b'}${shape.hasAfter ? 'a' : ''}${shape.hasBefore ? 'b' : ''}${shape.limit ?? ''}`;
      const known = made.get(name);
      if (known) return known;
      const lookup = { name, ...pageLookup(table, filter, order, shape) };
      made.set(name, lookup);
      return lookup;
    },
  };
}

function parametersIn(condition: string): number {
  return Math.max(0, ...[...condition.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
}
