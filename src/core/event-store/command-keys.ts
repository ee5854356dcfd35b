import type pg from 'pg';
import { run, type Statement } from './statement.js';

const deleteBatch: Statement = {
  name: 'store.delete_command_keys',
  text: `WITH old AS (
      SELECT scope, command, key FROM store.command_keys
      WHERE created_at < now() - make_interval(days => $1::integer)
      ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ), deleted AS (
      DELETE FROM store.command_keys k USING old
      WHERE k.scope = old.scope AND k.command = old.command AND k.key = old.key
      RETURNING 1
    )
    SELECT count(*)::integer AS deleted FROM deleted`,
};

/**
 * Forgets command keys older than `days`, in short transactions. A repeat that comes later is decided anew.
 * @returns how many were deleted.
 */
export async function deleteOldCommandKeys(pool: pg.Pool, days: number, batchSize = 1000): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await run<{ deleted: number }>(pool, deleteBatch, [days, batchSize]);
    total += row!.deleted;
    if (row!.deleted < batchSize) return total;
  }
}
