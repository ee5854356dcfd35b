import type pg from 'pg';
import { run } from '../../core/event-store/statement.js';
import { sessionLifetimes } from './session.commands.js';

// In the order of ids, so that two processes never wait for each other in a circle.
const noteStatement = {
  name: 'token_uses.note',
  text: `INSERT INTO store.token_uses AS u (token_id, last_used_at)
    SELECT token_id, at FROM unnest($1::text[], $2::timestamptz[]) AS n(token_id, at) ORDER BY token_id
    ON CONFLICT (token_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at)`,
};

const readStatement = {
  name: 'token_uses.read',
  text: 'SELECT token_id AS "tokenId", last_used_at AS "lastUsedAt" FROM store.token_uses WHERE token_id = ANY ($1)',
};

/** When a session or an API token was last used; its id is the stream's. */
export type TokenUse = { tokenId: string; lastUsedAt: Date };

/** @param uses in any order; a later use that is written down already stays */
export async function noteTokenUses(pool: pg.Pool, uses: ReadonlyMap<string, Date>): Promise<void> {
  await run(pool, noteStatement, [[...uses.keys()], [...uses.values()]]);
}

/** As far as it is written down: up to a minute late. What was never used is left out. */
export function storedTokenUses(pool: pg.Pool, tokenIds: readonly string[]): Promise<TokenUse[]> {
  return run<TokenUse>(pool, readStatement, [tokenIds]);
}

/**
 * Forgets when sessions were used that are long over, or every login would leave a row for ever. One that is refreshed without being used
 * may lose its row as well: it shows as not used.
 * @returns how many
 */
export async function deleteOldSessionUses(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM store.token_uses WHERE token_id LIKE 'session-%' AND last_used_at < now() - make_interval(secs => $1)`,
    [2 * sessionLifetimes.refreshSeconds],
  );
  return rowCount ?? 0;
}
