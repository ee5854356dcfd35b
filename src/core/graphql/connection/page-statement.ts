import { tableName } from '../../projection/ddl.js';
import { quoted } from '../../projection/names.js';
import { positionColumn, type ReadTable } from '../../projection/read-table.js';
import type { Lookup } from '../../read/reader.js';
import type { PageRequest } from './page-request.js';
import type { Direction, SortOrder } from './sort-order.js';

/** What a list holds: the rows of `table`, which may be joined with others, for which a condition with the parameters $1 to $n is true. */
export type Filter = {
  /** What stands between FROM and WHERE after the table's name; empty for the table alone. */
  join: string;
  condition: string;
  parameters: number;
  /** Further expressions to select. */
  also: string[];
};

/** What a statement's text depends on: eight shapes for each order of a list, times the usual sizes of pages. */
export type Shape = Pick<PageRequest, 'direction'> & {
  hasAfter: boolean;
  hasBefore: boolean;
  /** LIMIT as it stands in the text, without OFFSET; null when both are parameters. */
  limit: number | null;
};

/**
 * Sizes of pages that clients ask for. With its LIMIT in the text Postgres plans a statement once: what it would read for a limit that it does
 * not know, a tenth of the table, looks so dear that it plans anew each time, which costs several times as much as reading the page.
 */
const usualSizes: ReadonlySet<number> = new Set([1, 5, 10, 20, 25, 30, 50, 100, 1000]);

/** One row more than the page holds tells whether the list goes on. @returns null for a page that is not of a usual size */
export function usualLimit({ size, offset }: Pick<PageRequest, 'size' | 'offset'>): number | null {
  return offset === 0 && usualSizes.has(size) ? size + 1 : null;
}

/** Facts about the whole page, the same in each of its rows. */
export type Surroundings = { precedes: boolean; follows: boolean };

/**
 * One page by keyset. Parameters: the filter's, the values of `after`, of `before`, and LIMIT and OFFSET where they do not stand in the text. Rows of a backward page come in reverse.
 * A cursor's own row may be gone, so what lies before and after the page is asked for: an index probe, once per statement.
 */
export function pageLookup<Row>(
  table: ReadTable<Row>,
  filter: Filter,
  order: SortOrder,
  shape: Shape,
): Omit<Lookup, 'name'> {
  const width = order.columns.length;
  const afterAt = filter.parameters + 1;
  const beforeAt = afterAt + (shape.hasAfter ? width : 0);
  const limitAt = beforeAt + (shape.hasBefore ? width : 0);
  const exists = (condition: string) =>
    `EXISTS (SELECT FROM ${tableName(table)} ${filter.join} WHERE (${filter.condition}) AND ${condition})`;
  const precedes = shape.hasAfter ? exists(compared(order, 'before', afterAt, 'inclusive')) : 'false';
  const follows = shape.hasBefore ? exists(compared(order, 'after', beforeAt, 'inclusive')) : 'false';
  const conditions = [
    `(${filter.condition})`,
    ...(shape.hasAfter ? [compared(order, 'after', afterAt)] : []),
    ...(shape.hasBefore ? [compared(order, 'before', beforeAt)] : []),
  ];
  const part = shape.limit === null ? `LIMIT $${limitAt} OFFSET $${limitAt + 1}` : `LIMIT ${shape.limit}`;
  const where = `${filter.join} WHERE ${conditions.join(' AND ')} ORDER BY ${sorted(order, shape.direction)} ${part}`;
  const also = [`${precedes} AS precedes`, `${follows} AS follows`, ...positionOf(order), ...filter.also];
  return { where, also: also.join(', ') };
}

/** Cursors hold what a list is sorted by. */
function positionOf({ columns }: SortOrder): string[] {
  const { name, property } = positionColumn;
  return columns.some((column) => column.property === property) ? [`${name}::float8 AS ${quoted(property)}`] : [];
}

/** What stands after ORDER BY. */
export function sorted(order: SortOrder, direction: Shape['direction']): string {
  const turned = { asc: 'DESC', desc: 'ASC' };
  return order.columns
    .map((column) => `${quoted(column.name)} ${direction === 'forward' ? column.direction : turned[column.direction]}`)
    .join(', ');
}

/** Rows that come after (or before) a position in the order; `inclusive` with the one that stands on it. */
export function compared(
  order: SortOrder,
  side: 'after' | 'before',
  firstParameter: number,
  inclusive?: 'inclusive',
): string {
  const operator = (direction: Direction) => ((side === 'after') === (direction === 'asc') ? '>' : '<');
  const end = inclusive ? '=' : '';
  const terms = order.columns.map(({ name, direction }, index) => ({
    column: quoted(name),
    operator: operator(direction),
    parameter: `$${firstParameter + index}`,
  }));
  const [{ operator: first }] = terms as [(typeof terms)[0]];
  if (terms.every((term) => term.operator === first)) {
    // A comparison of rows: an index on the sort keys finds its beginning.
    const list = (part: 'column' | 'parameter') => terms.map((term) => term[part]).join(', ');
    return `(${list('column')}) ${first}${end} (${list('parameter')})`;
  }
  return terms.reduceRight((rest, { column, operator: sign, parameter }) => {
    if (rest === '') return `${column} ${sign}${end} ${parameter}`;
    // The first part alone bounds an index scan.
    return `(${column} ${sign}= ${parameter} AND (${column} ${sign} ${parameter} OR ${rest}))`;
  }, '');
}
