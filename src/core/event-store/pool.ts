import pg from 'pg';

/**
 * `append`: short write transactions that must not hang while they hold the lease. `projection`: writes that can be
 * repeated from the log, so they need not wait for the disk, and must not hang while they hold a checkpoint. `read`: all else.
 */
export type PoolRole = 'append' | 'projection' | 'read';

export type PoolOptions = {
  url: string;
  /** Most connections at a time. */
  max: number;
  role: PoolRole;
  /** Hears of idle connections that broke; the pool replaces them by itself. */
  onError?: (error: Error) => void;
};

const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Injection token of the pool of requests, for what owns a platform table; read tables are read through `Reader`. */
export const POOL = Symbol('waybill pool');

/** A pool whose connections have their settings from the first moment, without a round trip. */
export function createPool({ url, max, role, onError = () => undefined }: PoolOptions): pg.Pool {
  const { connectionString, options } = splitOptions(url);
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: `waybill ${role}`,
    keepAlive: true,
    // Compiling a statement takes longer than any of ours runs; a frequent word in a search looks dear enough for it.
    options: [options, '-c TimeZone=UTC -c jit=off', role === 'projection' ? '-c synchronous_commit=off' : '']
      .join(' ')
      .trim(),
    // A batch sends its first statements together: one round trip instead of three.
    ...(role === 'projection' && { pipeline: true }),
    // A frozen process, or one beyond a broken network, must hold up neither the readers of the log nor whoever takes over its partitions.
    ...(role !== 'read' && {
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    }),
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', onError);
  // So would one that breaks while it is in use, between two statements. Its user learns of it from the next one.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** pg lets `options` in the URL replace ours; both are wanted. */
function splitOptions(url: string): { connectionString: string; options: string } {
  if (!url.includes('options=')) return { connectionString: url, options: '' };
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options };
}

/** Calls `counter` for every statement that the pool sends from now on, through whichever connection. Call it before the first. */
export function countStatements(pool: pg.Pool, counter: () => void): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      counter();
      return query(...args);
    }) as typeof client.query;
  });
}
