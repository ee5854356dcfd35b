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
  /** What takes the ranking's place when that is empty. */
  otherwise: Ranking | null;
  /** As many as there are ids, in their order; null for what is gone, or out of sight, by now. */
  load(ids: readonly string[]): Promise<(object | null)[]>;
};

type Place = { at: number; ranking: Ranking; values: unknown[] };
type Hit = Ranked & { at: number; ranking: Ranking };

/**
 * One kind behind the other, each by its ranking, as one list. A kind is read only when a page reaches it.
 * @throws Refusal BAD_USER_INPUT for arguments that break a rule. Nothing is read before a part of the answer is asked for.
 */
export function foundList(kinds: readonly Found[], reader: Reader, args: PageArgs): Connection<object> {
  const window = pageWindow(args, searchLimits.defaultPageSize);
  const bounds = pageBounds(args, (cursor) => placeOf(kinds, cursor));
  let read: Promise<Hit[]> | undefined;
  const hits = () => (read ??= window.size === 0 ? Promise.resolve([]) : hitsOf(kinds, reader, window, bounds));
  // A page without a bound that has room left shows the whole list.
  const isWhole = (found: Hit[]) => !bounds.after && !bounds.before && window.size > 0 && found.length <= window.size;
  return new Connection(
    async () => pageOfHits(kinds, await hits(), window, bounds),
    async () => {
      const found = await read;
      return found && isWhole(found) ? found.length : countOf(kinds, reader);
    },
  );
}

async function countOf(kinds: readonly Found[], reader: Reader): Promise<number> {
  const count = async (ranking: Ranking) =>
    (await reader.queryPlanned<{ count: number }>(rankedCount(ranking)))[0]?.count ?? 0;
  const counts = kinds.map(
    async ({ ranking, otherwise }) => (await count(ranking)) || (otherwise ? count(otherwise) : 0),
  );
  return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
}

type Window = Pick<PageRequest, 'direction' | 'size'>;
type Bounds = { after: Place | null; before: Place | null };

/** A cursor says by its order of which kind and ranking it is. */
function placeOf(kinds: readonly Found[], cursor: string): Place | null {
  for (const [at, { ranking, otherwise }] of kinds.entries()) {
    for (const each of otherwise ? [ranking, otherwise] : [ranking]) {
      const values = decodeCursor(orderOf(each), cursor);
      if (values) return { at, ranking: each, values };
    }
  }
  return null;
}

/** One more than the page holds, if there are so many; of a backward page in reverse. */
async function hitsOf(kinds: readonly Found[], reader: Reader, window: Window, bounds: Bounds): Promise<Hit[]> {
  const { after, before } = bounds;
  const reached = [...kinds.keys()].filter((at) => at >= (after?.at ?? 0) && at <= (before?.at ?? at));
  if (window.direction === 'backward') reached.reverse();
  const hits: Hit[] = [];
  for (const at of reached) {
    const size = window.size + 1 - hits.length;
    for (const hit of await hitsAt(kinds, at, reader, { ...window, size }, bounds)) hits.push(hit);
    if (hits.length > window.size) break;
  }
  return hits;
}

async function hitsAt(
  kinds: readonly Found[],
  at: number,
  reader: Reader,
  window: Window,
  bounds: Bounds,
): Promise<Hit[]> {
  const { ranking, otherwise } = kinds[at]!;
  const after = bounds.after?.at === at ? bounds.after : null;
  const before = bounds.before?.at === at ? bounds.before : null;
  const read = async (from: Ranking) => {
    const slice = { ...window, after: after?.values ?? null, before: before?.values ?? null };
    const found = await reader.queryPlanned<Ranked>(rankedSlice(from, slice));
    return found.map((ranked) => ({ ...ranked, at, ranking: from }));
  };
  const bound = after ?? before;
  if (bound) return read(bound.ranking);
  const hits = await read(ranking);
  return hits.length === 0 && otherwise ? read(otherwise) : hits;
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
    return node ? [new Edge(node, orderOf(hit.ranking), hit)] : [];
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
