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
  const first = within('first', args.first, pageLimits.maxSize);
  const last = within('last', args.last, pageLimits.maxSize);
  const offset = within('offset', args.offset, pageLimits.maxOffset) ?? 0;
  if (first !== null && last !== null) throw broken('last', 'not together with first');
  const after = position('after', args.after, order);
  const before = position('before', args.before, order);
  const isBackward = last !== null || (first === null && before !== null && after === null);
  if (offset > 0 && isBackward) throw broken('offset', 'only forward: not with last or before');
  const size = first ?? last ?? defaultSize;
  return { direction: isBackward ? 'backward' : 'forward', size, offset, after, before };
}

function within(field: keyof PageArgs, value: number | null | undefined, max: number): number | null {
  if (value == null) return null;
  if (value < 0 || value > max) throw broken(field, `0 to ${max}`);
  return value;
}

function position(field: 'after' | 'before', cursor: string | null | undefined, order: SortOrder): unknown[] | null {
  if (cursor == null) return null;
  return decodeCursor(order, cursor) ?? refused(broken(field, 'a cursor of this list in this order'));
}

const broken = (field: keyof PageArgs, rule: string) =>
  refuse('BAD_USER_INPUT', { field, rule }, `The argument ${field} breaks a rule: ${rule}.`);

function refused(refusal: Error): never {
  throw refusal;
}
