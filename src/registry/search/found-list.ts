import { Connection } from '../../core/graphql/connection/connection.js';
import { decodeCursor } from '../../core/graphql/connection/cursor.js';
import { Edge, PageInfo, type Page } from '../../core/graphql/connection/page.js';
import { pageBounds, pageWindow, type PageArgs, type PageRequest } from '../../core/graphql/connection/page-request.js';
import { defaultPageSize } from '../../core/graphql/connection/page-sizes.js';
import type { Reader } from '../../core/read/reader.js';
import { orderOf, rankedCount, rankedSlice, type Ranked, type Ranking } from './ranking.js';
import { searchLimits } from './search.limits.js';

defaultPageSize('Query.search', searchLimits.defaultPageSize);

/** Things of one kind, and how to read what a search shows of them. */
export type Found = {
  ranking: Ranking;
  /** As many as there are ids, in their order; null for what is gone, or out of sight, by now. */
  load(ids: readonly string[]): Promise<(object | null)[]>;
};

type Place = { at: number; values: unknown[] };
type Hit = Ranked & { at: number };

/**
 * One kind behind the other, each by its ranking, as one list. A kind is read only when a page reaches it.
 * @throws Refusal BAD_USER_INPUT for arguments that break a rule. Nothing is read before a part of the answer is asked for.
 */
export function foundList(kinds: readonly Found[], reader: Reader, args: PageArgs): Connection<object> {
  const window = pageWindow(args, searchLimits.defaultPageSize);
  const bounds = pageBounds(args, (cursor) => placeOf(kinds, cursor));
  return new Connection(
    async () => {
      const hits = window.size === 0 ? [] : await hitsOf(kinds, reader, window, bounds);
      return pageOfHits(kinds, hits, window, bounds);
    },
    async () => {
      const counts = kinds.map(({ ranking }) => reader.queryPlanned<{ count: number }>(rankedCount(ranking)));
      return (await Promise.all(counts)).reduce((sum, [row]) => sum + (row?.count ?? 0), 0);
    },
  );
}

type Window = Pick<PageRequest, 'direction' | 'size'>;
type Bounds = { after: Place | null; before: Place | null };

/** A cursor says by its order of which kind it is. */
function placeOf(kinds: readonly Found[], cursor: string): Place | null {
  for (const [at, { ranking }] of kinds.entries()) {
    const values = decodeCursor(orderOf(ranking), cursor);
    if (values) return { at, values };
  }
  return null;
}

/** One more than the page holds, if there are so many; of a backward page in reverse. */
async function hitsOf(kinds: readonly Found[], reader: Reader, window: Window, bounds: Bounds): Promise<Hit[]> {
  const { direction, size } = window;
  const { after, before } = bounds;
  const reached = [...kinds.keys()].filter((at) => at >= (after?.at ?? 0) && at <= (before?.at ?? at));
  if (direction === 'backward') reached.reverse();
  const hits: Hit[] = [];
  for (const at of reached) {
    const slice = rankedSlice(kinds[at]!.ranking, {
      direction,
      size: size + 1 - hits.length,
      after: after?.at === at ? after.values : null,
      before: before?.at === at ? before.values : null,
    });
    for (const ranked of await reader.queryPlanned<Ranked>(slice)) hits.push({ ...ranked, at });
    if (hits.length > size) break;
  }
  return hits;
}

/** A cursor comes from an edge, so where one is given something lies behind it. */
async function pageOfHits(
  kinds: readonly Found[],
  hits: Hit[],
  { direction, size }: Window,
  { after, before }: Bounds,
): Promise<Page<object>> {
  const goesOn = hits.length > size;
  const kept = hits.slice(0, size);
  if (direction === 'backward') kept.reverse();
  const nodes = await Promise.all(kinds.map(({ load }, at) => loaded(load, kept, at)));
  const edges = kept.flatMap((hit) => {
    const node = nodes[hit.at]!.get(hit.id);
    return node ? [new Edge(node, orderOf(kinds[hit.at]!.ranking), hit)] : [];
  });
  const precedes = edges.length > 0 && (after !== null || (direction === 'backward' && goesOn));
  const follows = edges.length > 0 && (before !== null || (direction === 'forward' && goesOn));
  return { edges, pageInfo: new PageInfo(edges, precedes, follows) };
}

async function loaded(load: Found['load'], hits: Hit[], at: number): Promise<Map<string, object | null>> {
  const ids = hits.filter((hit) => hit.at === at).map(({ id }) => id);
  const nodes = ids.length > 0 ? await load(ids) : [];
  return new Map(ids.map((id, index) => [id, nodes[index]!]));
}
