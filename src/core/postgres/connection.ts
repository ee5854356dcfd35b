import pg from 'pg';
import { errorCode } from './startup-error.js';

/** Connection string for a database of the embedded server. Passwords are base64url and need no escaping. */
export function localUrl(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

/** Runs `work` on one connection of its own. @param timeoutMs for the connection and for each query */
export async function withClient<T>(
  url: string,
  timeoutMs: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'waybill-start',
  });
  // A connection that breaks between two queries fails the next one; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What went wrong, in words. A host with several addresses fails with one error that only lists others and says nothing itself. */
export function connectionReason(error: unknown): string {
  const { errors, message } = error as Partial<AggregateError>;
  return message || (errors?.[0] as Error | undefined)?.message || errorCode(error) || 'unknown reason';
}
