import type { PageRequest } from '../../core/graphql/connection/page-request.js';
import { compared, sorted } from '../../core/graphql/connection/page-statement.js';
import type { Direction, SortOrder } from '../../core/graphql/connection/sort-order.js';
import type { ColumnType } from '../../core/projection/read-table.js';

/** How the things of one kind are searched and ranked. */
export type Ranking = {
  /** Stands in cursors: which kind, and which order. */
  name: string;
  /** What stands after FROM. The thing's id is `id`. */
  from: string;
  /** What must be true of each thing, in SQL: that the caller may see it, and the filters. */
  conditions: string[];
  /** Conditions by which a thing matches, the best first. */
  matches: string[];
  /** Where to look if nothing matches: what is `like`, the most alike first. */
  similar: { condition: string; similarity: string } | null;
  /** The order of equally good ones. */
  sortKey: SortExpression & { direction: Direction };
  /** Most results in all. */
  count: number;
  /** The statement's parameters as far as the texts above name them. */
  values: unknown[];
};

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
    WITH ${rankedThings(ranking, order, depth)}
    SELECT id, tier, sort_key AS "sortKey" FROM ranked ${bounds.length > 0 ? `WHERE ${bounds.join(' AND ')}` : ''}
    ORDER BY ${sorted(order, direction)} LIMIT ${size}`;
  return { text, values: [...ranking.values, ...(after ?? []), ...(before ?? [])] };
}

/** How many things there are, up to `count`. */
export function rankedCount(ranking: Ranking): Query {
  const found = (condition: string) =>
    `(SELECT id FROM ${ranking.from} WHERE ${all([...ranking.conditions, condition])} LIMIT ${ranking.count})`;
  const matching = ranking.matches.map(found).join(' UNION ');
  const { similar } = ranking;
  const text = `
    WITH matching AS MATERIALIZED (${matching})
    ${similar ? `, alike AS (SELECT id FROM ${found(`${similar.condition} AND NOT EXISTS (SELECT FROM matching)`)} AS names)` : ''}
    SELECT least(${ranking.count}, (SELECT count(*) FROM matching)${similar ? ' + (SELECT count(*) FROM alike)' : ''})::float8 AS count`;
  return { text, values: ranking.values };
}

/** The first `depth` things of the ranking, each once, at its best. */
function rankedThings(ranking: Ranking, order: SortOrder, depth: number): string {
  const { similar } = ranking;
  const branch = (tier: string, condition: string) => `(
    SELECT id, ${tier} AS tier, ${ranking.sortKey.expression} AS sort_key FROM ${ranking.from}
    WHERE ${all([...ranking.conditions, condition])} ORDER BY ${sorted(order, 'forward')} LIMIT ${depth})`;
  const matching = ranking.matches.map((condition, tier) => branch(`${tier}::float8`, condition)).join(' UNION ALL ');
  const alike = similar
    ? `UNION ALL ${branch(
        `${ranking.matches.length + 1} - (${similar.similarity})::float8`,
        `${similar.condition} AND NOT EXISTS (SELECT FROM matching)`,
      )}`
    : '';
  return `matching AS MATERIALIZED (${matching}),
    ranked AS MATERIALIZED (
      SELECT id, min(tier) AS tier, sort_key FROM (SELECT * FROM matching ${alike}) AS things
      GROUP BY id, sort_key ORDER BY ${sorted(order, 'forward')} LIMIT ${depth})`;
}

const all = (conditions: string[]) => conditions.map((condition) => `(${condition})`).join(' AND ');
