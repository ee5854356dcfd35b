import type pg from 'pg';
import { eventColumns, eventFrom, storeTypes, type EventRow } from '../event-store/rows.js';
import { run, type Statement } from '../event-store/statement.js';
import type { StoredEvent } from '../event-store/types.js';

export type PageRequest = {
  /** Events above this position. */
  after: number;
  /** Up to and with this one; never above a mark of `Watermark.safeHead`. */
  upTo: number;
  /** All, when left out. */
  partitions?: readonly number[];
  /** Wire types; all, when left out. */
  types?: readonly string[];
  /** Most events in the page. Fewer than this means that there are no more up to `upTo`. */
  limit: number;
};

/** A page of the log in order of position. */
export async function readPage(pool: pg.Pool, request: PageRequest): Promise<StoredEvent[]> {
  const { after, upTo, partitions, types, limit } = request;
  if (after >= upTo || partitions?.length === 0 || types?.length === 0) return [];
  const values: unknown[] = [after, upTo, limit];
  // One partition is read by its own index; several by the primary key, for they must come in order of position.
  if (partitions) values.push(partitions.length === 1 ? partitions[0] : partitions);
  if (types) values.push(types);
  const statement = statementFor(partitions ? (partitions.length === 1 ? 'one' : 'some') : 'all', Boolean(types));
  const rows = await run<EventRow>(pool, statement, values, { rowMode: 'array', types: storeTypes });
  return rows.map(eventFrom);
}

/** How far a page goes: to its last event when the limit cut it, else to the end of what was asked for. */
export function reachOf(page: StoredEvent[], { limit, upTo }: Pick<PageRequest, 'limit' | 'upTo'>): number {
  return page.length < limit ? upTo : page.at(-1)!.position;
}

/** The last events up to a position, oldest first. */
export async function readLast(
  pool: pg.Pool,
  { upTo, types, limit }: Pick<PageRequest, 'upTo' | 'types' | 'limit'>,
): Promise<StoredEvent[]> {
  const statement: Statement = {
    name: 'feed.last',
    text: `SELECT ${eventColumns} FROM store.events
      WHERE position <= $1::bigint AND ($2::text[] IS NULL OR type = ANY ($2)) ORDER BY position DESC LIMIT $3::integer`,
  };
  const rows = await run<EventRow>(pool, statement, [upTo, types ?? null, limit], {
    rowMode: 'array',
    types: storeTypes,
  });
  return rows.map(eventFrom).reverse();
}

/** The last position of each of these partitions at or below a position; an empty one is left out. */
export async function readHeads(
  pool: pg.Pool,
  partitions: readonly number[],
  upTo: number,
): Promise<Map<number, number>> {
  const statement: Statement = {
    name: 'feed.heads',
    text: `SELECT p.partition, e.position FROM unnest($1::smallint[]) AS p(partition) CROSS JOIN LATERAL (
      SELECT position FROM store.events WHERE partition = p.partition AND position <= $2::bigint ORDER BY position DESC LIMIT 1) e`,
  };
  const rows = await run<{ partition: number; position: number }>(pool, statement, [partitions, upTo], {
    types: storeTypes,
  });
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}

type Spread = 'all' | 'one' | 'some';

function statementFor(spread: Spread, typed: boolean): Statement {
  const filters = {
    all: typed ? ' AND type = ANY ($4::text[])' : '',
    one: ` AND partition = $4::smallint${typed ? ' AND type = ANY ($5::text[])' : ''}`,
    some: ` AND partition = ANY ($4::smallint[])${typed ? ' AND type = ANY ($5::text[])' : ''}`,
  };
  return {
    name: `feed.page.${spread}${typed ? '.typed' : ''}`,
    text: `SELECT ${eventColumns} FROM store.events
      WHERE position > $1::bigint AND position <= $2::bigint${filters[spread]} ORDER BY position LIMIT $3::integer`,
  };
}
