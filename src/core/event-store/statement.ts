import type pg from 'pg';

/** A named prepared statement: planned once per connection. Columns are always listed, never `*`. */
export type Statement = { name: string; text: string };

/** How often a statement had to be prepared anew under another name, by statement. */
const generations = new Map<string, number>();

type QueryOptions = { rowMode?: 'array'; types?: pg.CustomTypesConfig };

/**
 * Runs a named statement on any connection of the pool.
 * When a table was swapped or altered under it, Postgres refuses the old plan on each connection that holds one
 * ("cached plan must not change result type"); the statement then goes on under a new name, and this call is repeated
 * once. Outside a transaction nothing was done by the failed attempt.
 */
export async function run<Row extends pg.QueryResultRow | unknown[]>(
  pool: Pick<pg.Pool, 'query'>,
  statement: Statement,
  values: unknown[],
  options: QueryOptions = {},
): Promise<Row[]> {
  const generation = generations.get(statement.name) ?? 0;
  try {
    return await runAs(pool, statement, generation, values, options);
  } catch (error) {
    if (!isStalePlan(error)) throw error;
    generations.set(statement.name, Math.max(generations.get(statement.name) ?? 0, generation + 1));
    return runAs(pool, statement, generation + 1, values, options);
  }
}

async function runAs<Row>(
  pool: Pick<pg.Pool, 'query'>,
  statement: Statement,
  generation: number,
  values: unknown[],
  options: QueryOptions,
): Promise<Row[]> {
  const name = generation === 0 ? statement.name : `${statement.name}~${generation}`;
  const query: pg.QueryConfig & QueryOptions = { name, text: statement.text, values, ...options };
  return (await pool.query(query)).rows as Row[];
}

function isStalePlan(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '0A000' && message === 'cached plan must not change result type';
}
