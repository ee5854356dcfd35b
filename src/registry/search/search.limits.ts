/** Limits of searches; said to clients in search.graphql. */
export const searchLimits = {
  queryChars: 200,
  /** Most results of one kind in all, over all pages: the contract's default of `count`. */
  results: 1000,
  /** Most names alike, when nothing matches: the rest would be noise. */
  alike: 20,
  /** Edges of a page for who asks for no number. */
  defaultPageSize: 25,
  /** Text in a filter. */
  filterChars: 200,
  /** Interfaces that one filter names. */
  interfaces: 100,
} as const;
