import type pg from 'pg';
import { connectionReason, localUrl, withClient } from './connection.js';
import type { State } from './state.js';
import { errorCode, StartupError } from './startup-error.js';

export const ROLE = 'waybill';
export const DATABASE = 'waybill';

/** 28P01 and 28000: no such role or another password. 3D000: no such database. */
const UNFINISHED = ['28P01', '28000', '3D000'];

/**
 * Makes sure that the role `waybill` (no superuser) can log in to the database `waybill`, which it owns. In the ordinary case that is one
 * connection; after a start that was killed between its steps, the missing ones are made.
 * @throws StartupError when the server refuses the passwords on record
 */
export async function ensureRole(state: State, port: number, timeoutMs: number): Promise<void> {
  try {
    await withClient(localUrl(ROLE, state.password, port, DATABASE), timeoutMs, (client) => client.query('SELECT 1'));
    return;
  } catch (error) {
    if (!UNFINISHED.includes(errorCode(error) ?? '')) throw failed(error);
  }
  try {
    const admin = localUrl('postgres', state.adminPassword, port, 'postgres');
    await withClient(admin, timeoutMs, (client) => createMissing(client, state.password));
  } catch (error) {
    throw failed(error);
  }
}

async function createMissing(client: pg.Client, password: string): Promise<void> {
  const role = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [ROLE]);
  const verb = role.rowCount ? 'ALTER' : 'CREATE';
  await client.query(
    `${verb} ROLE ${ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${client.escapeLiteral(password)}`,
  );
  const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (!database.rowCount) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
}

function failed(error: unknown): StartupError {
  return new StartupError(
    `The database runs but cannot be used: ${connectionReason(error)}. The passwords on record are in postgres.json in the data folder.`,
  );
}
