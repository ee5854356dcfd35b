import pg from 'pg';
import { connectionReason, withClient } from './connection.js';
import { StartupError } from './startup-error.js';

const ANSWER_WITHIN_MS = 5000;
const OLDEST_MAJOR = 15;
const NEWEST_MAJOR = 18;

/**
 * Checks a Postgres of the operator's own (`DATABASE_URL`): it can be reached and logged in to within `timeoutMs`, is PostgreSQL 15 to 18,
 * and the database is encoded in UTF8.
 * @throws StartupError with one line that names server and database, never the password
 */
export async function checkExternalPostgres(url: string, timeoutMs = ANSWER_WITHIN_MS): Promise<void> {
  const target = describe(url);
  const found = await query(url, timeoutMs).catch((error) => {
    throw new StartupError(`DATABASE_URL: cannot use ${target}: ${connectionReason(error)}.`);
  });
  const major = Math.trunc(found.version / 10_000);
  if (major < OLDEST_MAJOR || major > NEWEST_MAJOR) {
    throw new StartupError(
      `DATABASE_URL: ${target} is PostgreSQL ${major}; Waybill works with ${OLDEST_MAJOR} to ${NEWEST_MAJOR}.`,
    );
  }
  if (found.encoding !== 'UTF8') {
    throw new StartupError(
      `DATABASE_URL: ${target} is encoded in ${found.encoding}; Waybill needs UTF8 (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0).`,
    );
  }
}

function query(url: string, timeoutMs: number): Promise<{ version: number; encoding: string }> {
  return withClient(url, timeoutMs, async (client: pg.Client) => {
    const { rows } = await client.query(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
    );
    return rows[0];
  });
}

/** `host:port/database as role`. @throws StartupError for what is not a Postgres URL; it does not repeat the text, which holds a password */
function describe(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new StartupError(
      'DATABASE_URL is not a Postgres URL: postgres://role:password@host:5432/database is expected.',
    );
  }
  const host = parsed.host || parsed.searchParams.get('host') || 'localhost';
  return `${host}${parsed.pathname}${parsed.username ? ` as ${parsed.username}` : ''}`;
}
