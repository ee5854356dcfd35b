import type pg from 'pg';

export type ProjectionStatus = {
  projection: string;
  state: 'running' | 'paused';
  reason: string | null;
  /** The lowest checkpoint over all partitions. */
  position: number;
  head: number;
  /** Events of the log, of any type, that some partition has not passed yet. */
  lagEvents: number;
  /** Age of the oldest of them; 0 when there is none. */
  lagSeconds: number;
  parkedStreams: number;
  skippedEvents: number;
  ownedPartitions: number;
  partitions: number;
  /** The table beside the live one: kept from before the last rebuild, or not swapped in yet. */
  standby: 'old' | 'building' | 'built' | null;
};

/** One row per projection known to the database, of whatever version. `head` is the safe head of the log. */
export async function projectionStatus(pool: pg.Pool, head: number): Promise<ProjectionStatus[]> {
  const { rows } = await pool.query(
    `SELECT p.name AS projection, p.state, p.reason, c.position, c.partitions,
       lag.events AS "lagEvents", lag.seconds AS "lagSeconds", owned.n AS "ownedPartitions",
       (SELECT count(*)::int FROM store.parked_streams s WHERE s.projection = p.name) AS "parkedStreams",
       (SELECT count(*)::int FROM store.skipped_events s WHERE s.projection = p.name) AS "skippedEvents",
       CASE (SELECT phase FROM store.rebuilds r WHERE r.projection = p.name)
         WHEN 'loading' THEN 'building' WHEN 'cancelled' THEN 'building' WHEN 'built' THEN 'built'
         ELSE CASE WHEN to_regclass(format('standby.%I', p.name)) IS NOT NULL THEN 'old' END END AS standby
     FROM store.projections p
     CROSS JOIN LATERAL (SELECT coalesce(min(position), 0) AS position, count(*)::int AS partitions
                         FROM store.checkpoints c WHERE c.projection = p.name) c
     CROSS JOIN LATERAL (SELECT count(*)::int AS events, coalesce(extract(epoch FROM now() - min(e.occurred_at)), 0)::float8 AS seconds
                         FROM store.checkpoints c JOIN store.events e
                           ON e.partition = c.partition AND e.position > c.position AND e.position <= $1
                         WHERE c.projection = p.name) lag
     CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM store.checkpoints c JOIN store.partition_owners o USING (projection, partition)
                         WHERE c.projection = p.name) owned
     ORDER BY p.name`,
    [head],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position), head, lagSeconds: Math.max(0, row.lagSeconds) }));
}
