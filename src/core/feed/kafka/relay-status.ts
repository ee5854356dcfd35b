import type pg from 'pg';
import { positionFrom } from '../../event-store/rows.js';

export type RelayStatus = {
  /** Up to here the broker has acknowledged all; null before a relay ran for the first time. */
  position: number | null;
  /** The process that publishes, as `host:pid`; null when none does. */
  holder: string | null;
};

/** Who publishes the log to Kafka, and how far it is: the same in every process. */
export async function relayStatus(pool: pg.Pool): Promise<RelayStatus> {
  const { rows } = await pool.query({
    name: 'relay.status',
    text: `SELECT r.position, CASE WHEN a.pid IS NOT NULL AND r.expires_at > clock_timestamp() THEN r.name END AS holder
           FROM store.relay r
           LEFT JOIN pg_stat_activity a ON a.pid = r.backend_pid AND a.backend_start = r.backend_started_at`,
  });
  const [row] = rows;
  return row ? { position: positionFrom(row.position), holder: row.holder } : { position: null, holder: null };
}
