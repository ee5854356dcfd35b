import type pg from 'pg';
import { positionFrom } from '../event-store/rows.js';

export type Fence =
  | { kind: 'fenced'; incarnation: string; head: number; paused: string[] }
  /** Processes that run, by name: nothing was done. */
  | { kind: 'running'; processes: string[] };

const reason =
  'it has applied events that the log does not have any more, as after restoring a backup: ' +
  'build a read model anew (projections rebuild), let a reactor go on (projections resume)';

/**
 * Gives the log another name from its present end on, so that nobody takes what was published before a restore for a part of it. The relay
 * begins at the end, in a topic of the new name. Projections that stand beyond the end are paused.
 */
export async function fenceLog(pool: pg.Pool): Promise<Fence> {
  const { rows } = await pool.query('SELECT incarnation, head, paused, running FROM store.fence($1)', [reason]);
  const { incarnation, head, paused, running } = rows[0];
  if (running) return { kind: 'running', processes: running };
  return { kind: 'fenced', incarnation, head: positionFrom(head), paused };
}
