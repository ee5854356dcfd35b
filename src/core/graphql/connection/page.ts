import { encodeCursor } from './cursor.js';
import type { PageRequest } from './page-request.js';
import type { Surroundings } from './page-statement.js';
import type { SortOrder } from './sort-order.js';

/** The cursor is made when it is selected. */
export class Edge<Row> {
  /** @param key holds the values of the sort keys, when the node itself does not */
  constructor(
    readonly node: Row,
    private readonly order: SortOrder,
    private readonly key: object = node as object,
  ) {}

  get cursor(): string {
    return encodeCursor(this.order, this.key as Record<string, unknown>);
  }
}

/** The cursors are those of the outer edges, and null on an empty page only: clients page by them until there is none. */
export class PageInfo {
  constructor(
    private readonly edges: readonly Edge<unknown>[],
    readonly hasPreviousPage: boolean,
    readonly hasNextPage: boolean,
  ) {}

  get startCursor(): string | null {
    return this.edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.edges.at(-1)?.cursor ?? null;
  }
}

export type Page<Row> = { edges: Edge<Row>[]; pageInfo: PageInfo };

/**
 * @param rows as the statement of `pageLookup` gives them: one more than the page holds when the list goes on
 * An empty page has no neighbours, as it has no cursors by which to reach them.
 */
export function pageOf<Row>(rows: (Row & Surroundings)[], request: PageRequest, order: SortOrder): Page<Row> {
  const isForward = request.direction === 'forward';
  const goesOn = rows.length > request.size;
  const kept = rows.slice(0, request.size);
  if (!isForward) kept.reverse();
  const edges = kept.map((row) => new Edge<Row>(row, order));
  const [outer] = kept;
  const precedes = outer !== undefined && (outer.precedes || request.offset > 0 || (!isForward && goesOn));
  const follows = outer !== undefined && (outer.follows || (isForward && goesOn));
  return { edges, pageInfo: new PageInfo(edges, precedes, follows) };
}
