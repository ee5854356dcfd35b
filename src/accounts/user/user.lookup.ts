import type pg from 'pg';
import { claimKey } from '../../core/event-store/claims.js';

/** The account that holds a user name, by the claim itself; null when nobody or a namespace does. For the operator's commands. */
export async function findUserByName(pool: pg.Pool, username: string): Promise<string | null> {
  const { rows } = await pool.query('SELECT stream_id FROM store.claims WHERE key = $1', [
    claimKey('owner-name', username),
  ]);
  const owner = rows[0]?.stream_id as string | undefined;
  return owner?.startsWith('user-') ? owner : null;
}
