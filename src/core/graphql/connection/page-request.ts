import { refuse } from '../../errors/core.errors.js';
import { decodeCursor } from './cursor.js';
import type { SortOrder } from './sort-order.js';

/** Said to clients in base.graphql, at PageInfo. */
export const pageLimits = {
  /** Edges of one page: the largest `first` and `last`. */
  maxSize: 1000,
  /** Postgres walks over what is skipped. Cursors go as far as one likes. */
  maxOffset: 10_000,
} as const;

/** The paging arguments of a connection as clients send them: null is the same as absent. */
export type PageArgs = {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  offset?: number | null;
};

/** One page: the first or the last `size` edges of those between two positions, edges on these not included. */
export type PageRequest = {
  direction: 'forward' | 'backward';
  size: number;
  offset: number;
  after: unknown[] | null;
  before: unknown[] | null;
};

/**
 * Checks the arguments. Without `first` and `last` the page has `defaultSize` edges; `before` alone gives those right before it.
 * @throws Refusal BAD_USER_INPUT with the argument and the rule that it breaks.
 */
export function pageRequest(args: PageArgs, order: SortOrder, defaultSize: number): PageRequest {
  const position = (cursor: string) => decodeCursor(order, cursor);
  return { ...pageWindow(args, defaultSize), ...pageBounds(args, position) };
}

/** The part of a request that says how much, and in which direction. @throws Refusal BAD_USER_INPUT. */
export function pageWindow(args: PageArgs, defaultSize: number): Pick<PageRequest, 'direction' | 'size' | 'offset'> {
  const first = within('first', args.first, pageLimits.maxSize);
  const last = within('last', args.last, pageLimits.maxSize);
  const offset = within('offset', args.offset, pageLimits.maxOffset) ?? 0;
  if (first !== null && last !== null) throw broken('last', 'not together with first');
  const isBackward = last !== null || (first === null && args.before != null && args.after == null);
  if (offset > 0 && isBackward) throw broken('offset', 'only forward: not with last or before');
  return { direction: isBackward ? 'backward' : 'forward', size: first ?? last ?? defaultSize, offset };
}

/**
 * The part that says between which positions.
 * @param position what a cursor means; null for one that is not of this list
 * @throws Refusal BAD_USER_INPUT.
 */
export function pageBounds<Position>(
  { after, before }: PageArgs,
  position: (cursor: string) => Position | null,
): { after: Position | null; before: Position | null } {
  const bound = (field: 'after' | 'before', cursor: string | null | undefined) => {
    const found = cursor == null ? null : position(cursor);
    if (cursor != null && found === null) throw broken(field, 'a cursor of this list in this order');
    return found;
  };
  return { after: bound('after', after), before: bound('before', before) };
}

function within(field: keyof PageArgs, value: number | null | undefined, max: number): number | null {
  if (value == null) return null;
  if (value < 0 || value > max) throw broken(field, `0 to ${max}`);
  return value;
}

const broken = (field: keyof PageArgs, rule: string) =>
  refuse('BAD_USER_INPUT', { field, rule }, `The argument ${field} breaks a rule: ${rule}.`);
