import type pg from 'pg';

/** A named prepared statement: planned once per connection. Columns are always listed, never `*`. */
export type Statement = { name: string; text: string };

/** How often a statement had to be prepared anew under another name, by statement. */
const generations = new Map<string, number>();

type QueryOptions = { rowMode?: 'array'; types?: pg.CustomTypesConfig };

/** Runs a named statement on any connection of the pool, see `onFreshPlan`. */
export function run<Row extends pg.QueryResultRow | unknown[]>(
  pool: Pick<pg.Pool, 'query'>,
  { name, text }: Statement,
  values: unknown[],
  options: QueryOptions = {},
): Promise<Row[]> {
  return onFreshPlan(name, async (freshName) => {
    const query: pg.QueryConfig & QueryOptions = { name: freshName, text, values, ...options };
    return (await pool.query(query)).rows as Row[];
  });
}

/**
 * Sends a named statement under the name that is good now. When a table was swapped or altered under it, Postgres refuses the old plan on
 * each connection that holds one ("cached plan must not change result type"); the statement then goes on under a new name, and this call
 * is repeated once. Outside a transaction nothing was done by the failed attempt.
 * @param send called once or twice, with the statement's name at that moment
 */
export async function onFreshPlan<Result>(
  statementName: string,
  send: (name: string) => Promise<Result>,
): Promise<Result> {
  const generation = generations.get(statementName) ?? 0;
  try {
    return await send(nameOf(statementName, generation));
  } catch (error) {
    if (!isStalePlan(error)) throw error;
    generations.set(statementName, Math.max(generations.get(statementName) ?? 0, generation + 1));
    return send(nameOf(statementName, generation + 1));
  }
}

function nameOf(statementName: string, generation: number): string {
  return generation === 0 ? statementName : `${statementName}~${generation}`;
}

function isStalePlan(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '0A000' && message === 'cached plan must not change result type';
}
