import { tableName } from '../../projection/ddl.js';
import type { ReadTable } from '../../projection/read-table.js';
import type { Lookup, Reader } from '../../read/reader.js';
import { Connection } from './connection.js';
import { type Page, pageOf } from './page.js';
import { type PageArgs, pageRequest, type PageRequest } from './page-request.js';
import { defaultPageSize } from './page-sizes.js';
import { type Filter, pageLookup, type Shape, type Surroundings } from './page-statement.js';
import { type SortKey, type SortOrder, sortOrder } from './sort-order.js';

export type ListOptions<Row, OrderName extends string> = {
  /** The field that shows the list: `User.namespaces`. */
  field: string;
  /** Short name of the list, unique for its table: part of the names of its statements. */
  name: string;
  /** Condition on the table's columns with the parameters $1, $2, …; without one the list holds every row. */
  where?: string;
  /** The orders that there are. Their columns are not nullable, and such as the list's reader may see: cursors hold their values. */
  orders: Record<OrderName, readonly SortKey<keyof Row & string>[]>;
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

/** Declares a list, once, at load time. @throws Error for an order that cannot be, and for a field that another list shows. */
export function connectionList<Row extends { id: string }, OrderName extends string>(
  table: ReadTable<Row>,
  { field, name, where = 'true', orders, defaultSize }: ListOptions<Row, OrderName>,
): ConnectionList<OrderName, Row> {
  defaultPageSize(field, defaultSize);
  const filter: Filter = { condition: where, parameters: parametersIn(where) };
  const statements = new Map<OrderName, PageStatements>();
  for (const [orderName, keys] of Object.entries(orders) as [OrderName, readonly SortKey[]][]) {
    statements.set(orderName, pageStatements(table, filter, sortOrder(table, keys), `${name}.${orderName}`));
  }
  const count = {
    name: `${table.versionedName}.${name}.count`,
    text: `SELECT count(*)::float8 AS count FROM ${tableName(table)} WHERE ${where}`,
  };
  return {
    connect(reader, args, { values, order: orderName }) {
      const { order, lookupFor } = statements.get(orderName)!;
      const request = pageRequest(args, order, defaultSize);
      return new Connection(
        () => readPage(reader, table, request, { order, lookup: lookupFor(request), values }),
        async () => (await reader.query<{ count: number }>(count.name, count.text, values))[0]?.count ?? 0,
      );
    },
  };
}

async function readPage<Row>(
  reader: Reader,
  table: ReadTable<Row>,
  request: PageRequest,
  { order, lookup, values }: { order: SortOrder; lookup: Lookup; values: unknown[] },
): Promise<Page<Row>> {
  const { after, before, size, offset } = request;
  if (size === 0) return pageOf<Row>([], request, order);
  // One row more than the page holds tells whether the list goes on.
  const parameters = [...values, ...(after ?? []), ...(before ?? []), size + 1, offset];
  return pageOf((await reader.find(table, lookup, parameters)) as (Row & Surroundings)[], request, order);
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
    lookupFor({ direction, after, before }) {
      const shape: Shape = { direction, hasAfter: after !== null, hasBefore: before !== null };
      const name = `${prefix}.${direction === 'forward' ? 'f' : 'b'}${shape.hasAfter ? 'a' : ''}${shape.hasBefore ? 'b' : ''}`;
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
