import type { PageRequest } from '../../core/graphql/connection/page-request.js';
import { compared, sorted } from '../../core/graphql/connection/page-statement.js';
import type { Direction, SortOrder } from '../../core/graphql/connection/sort-order.js';
import type { ColumnType } from '../../core/projection/read-table.js';

/** How the things of one kind are searched and ranked. */
export type Ranking = {
  /** Stands in cursors: which kind, and which order. */
  name: string;
  /** The table; the thing's id is `id`. */
  from: string;
  /** What must be true of each thing, in SQL: that the caller may see it, and the filters. */
  conditions: string[];
  /** Ways to match; without one nothing is found. */
  matches: Match[];
  /** The order of equally good ones. */
  sortKey: SortExpression & { direction: Direction };
  /** Most results in all. */
  count: number;
  /** The statement's parameters, as far as the texts above name them. */
  values: unknown[];
};

export type Match = {
  condition: string;
  /** A number in SQL, the better the match the smaller. */
  tier: string;
};

/** @param conditions the best first */
export function tiers(conditions: string[]): Match[] {
  return conditions.map((condition, tier) => ({ condition, tier: String(tier) }));
}

export type SortExpression = {
  expression: string;
  type: Extract<ColumnType, 'text' | 'double precision' | 'timestamptz'>;
};

/** Where a thing stands in its ranking: total, and what cursors hold. */
export type Ranked = { id: string; tier: number; sortKey: unknown };

export type Slice = Pick<PageRequest, 'direction' | 'size' | 'after' | 'before'>;

type Query = { text: string; values: unknown[] };

export function orderOf({ name, sortKey: { type, direction } }: Ranking): SortOrder {
  const column = { nullable: false };
  return {
    signature: `${name} ${direction}`,
    columns: [
      { ...column, property: 'tier', name: 'tier', type: 'double precision', direction: 'asc' },
      { ...column, property: 'sortKey', name: 'sort_key', type, direction },
      { ...column, property: 'id', name: 'id', type: 'text', direction },
    ],
  };
}

/**
 * The things between two positions, in the ranking or, backward, against it.
 *
 * Of each way to match only the first `depth` are read: whatever precedes one of these there precedes it in the whole ranking, too, so the
 * ranking's own first `depth` are among them. A first page needs no more of them than it shows.
 */
export function rankedSlice(ranking: Ranking, { direction, size, after, before }: Slice): Query {
  const order = orderOf(ranking);
  const isFirst = direction === 'forward' && after === null && before === null;
  const depth = isFirst ? Math.min(size, ranking.count) : ranking.count;
  const afterAt = ranking.values.length + 1;
  const bounds = [
    ...(after ? [compared(order, 'after', afterAt)] : []),
    ...(before ? [compared(order, 'before', afterAt + (after?.length ?? 0))] : []),
  ];
  const text = `
    SELECT id, tier, sort_key AS "sortKey" FROM (${rankedThings(ranking, order, depth)}) AS ranked
    ${bounds.length > 0 ? `WHERE ${bounds.join(' AND ')}` : ''} ORDER BY ${sorted(order, direction)} LIMIT ${size}`;
  return { text, values: [...ranking.values, ...(after ?? []), ...(before ?? [])] };
}

/** The first `depth` things of the ranking, each once, at its best. */
function rankedThings({ matches, sortKey, from, conditions }: Ranking, order: SortOrder, depth: number): string {
  const best = `ORDER BY ${sorted(order, 'forward')} LIMIT ${depth}`;
  const matching = matches.map(
    ({ condition, tier }) => `(SELECT id, ${tier}::float8 AS tier, ${sortKey.expression} AS sort_key
      FROM ${from} WHERE ${all([...conditions, condition])} ${best})`,
  );
  return `SELECT id, min(tier) AS tier, sort_key FROM (${matching.join(' UNION ALL ')}) AS matching GROUP BY id, sort_key ${best}`;
}

/** How many things there are, up to `count`. */
export function rankedCount({ from, conditions, matches, count, values }: Ranking): Query {
  const matching = matches.map(({ condition }) => `(${condition})`).join(' OR ');
  const text = `SELECT count(*)::float8 AS count
    FROM (SELECT FROM ${from} WHERE ${all([...conditions, matching])} LIMIT ${count}) AS things`;
  return { text, values };
}

const all = (conditions: readonly string[]) => conditions.map((condition) => `(${condition})`).join(' AND ');
