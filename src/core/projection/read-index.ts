import { quoted } from './names.js';

/**
 * An index as `CREATE INDEX` takes it: for full text, trigrams, directions, or a part of the rows.
 *
 *     { name: 'words', using: 'gin', expression: "to_tsvector('simple', description)" }
 *     { name: 'trigrams', using: 'gin', expression: 'folded_name store.gin_trgm_ops' }
 *     { name: 'newest', expression: 'created_at DESC, id DESC', where: 'NOT is_private' }
 */
export type ExpressionIndex = {
  /** Short, unique in the table: the index is `<table>_<name>`. */
  name: string;
  /** `btree` when left out. */
  using?: 'btree' | 'gin';
  /**
   * What stands between the parentheses: columns by their names in SQL, or immutable expressions over them. What is not Postgres's own
   * has its schema before it (`store.gin_trgm_ops`), whatever search_path a connection has. A row on which it fails parks its stream.
   */
  expression: string;
  /** Only the rows for which this is true; a query finds them by the index when it says the same. */
  where?: string;
};

/** An index of either form, as DDL is made of it. */
export type ReadIndex = Required<Omit<ExpressionIndex, 'where'>> & { where: string | null };

/** @param names of columns, in SQL */
export function columnsIndex(names: readonly string[]): ReadIndex {
  return { name: names.join('_'), using: 'btree', expression: names.map(quoted).join(', '), where: null };
}

export function expressionIndex({ name, using = 'btree', expression, where }: ExpressionIndex): ReadIndex {
  return { name, using, expression, where: where ?? null };
}
