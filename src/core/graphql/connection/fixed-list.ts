import { Connection } from './connection.js';
import { Edge, type Page, PageInfo } from './page.js';
import { type PageArgs, pageRequest, type PageRequest } from './page-request.js';
import { defaultPageSize } from './page-sizes.js';
import type { SortOrder } from './sort-order.js';

/** A short list that is read as a whole and never changes its order, shown as a connection: a cursor is a place in it. */
export type FixedList = {
  /** @throws Refusal BAD_USER_INPUT for arguments that break a rule. Nothing is read before a part of the answer is asked for. */
  connect<Row>(args: PageArgs, load: () => Promise<readonly Row[]> | readonly Row[]): Connection<Row>;
};

/**
 * Declares a list, once, at load time.
 * @param field the field that shows it: `PackageVersion.dependencies`
 * @throws Error for a field that another list shows
 */
export function fixedList({ field, defaultSize }: { field: string; defaultSize: number }): FixedList {
  defaultPageSize(field, defaultSize);
  const place = { property: 'place', name: 'place', type: 'integer', nullable: false, direction: 'asc' } as const;
  const order: SortOrder = { signature: field, columns: [place] };
  return {
    connect<Row>(args: PageArgs, load: () => Promise<readonly Row[]> | readonly Row[]) {
      const request = pageRequest(args, order, defaultSize);
      let loaded: Promise<readonly Row[]> | undefined;
      const rows = () => (loaded ??= Promise.resolve(load()));
      return new Connection<Row>(
        async () => pageIn(await rows(), request, order),
        async () => (await rows()).length,
      );
    },
  };
}

function pageIn<Row>(rows: readonly Row[], request: PageRequest, order: SortOrder): Page<Row> {
  const { after, before, direction, size, offset } = request;
  const from = after ? (after[0] as number) + 1 : 0;
  const to = Math.min(before ? (before[0] as number) : rows.length, rows.length);
  const start = direction === 'forward' ? from + offset : Math.max(from, to - size);
  const end = Math.max(start, direction === 'forward' ? Math.min(to, start + size) : to);
  const edges = rows.slice(start, end).map((row, index) => new Edge<Row>(row, order, { place: start + index }));
  const isEmpty = edges.length === 0;
  return { edges, pageInfo: new PageInfo(edges, !isEmpty && start > 0, !isEmpty && end < rows.length) };
}
