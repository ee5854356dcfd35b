import type pg from 'pg';

export type ProjectionStatus = {
  projection: string;
  state: 'running' | 'paused';
  reason: string | null;
  /** The lowest checkpoint over all partitions. */
  position: number;
  head: number;
  /** Checkpoints of all partitions, on average: grows by as many events as are passed in a time, holes of the log aside. */
  seen: number;
  /** Events of the log, of any type, that some partition has not passed yet. Counted up to a thousand a partition, beyond that estimated. */
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

/** Counting more would take longer the farther a projection is behind. */
const countedEvents = 1000;

/** One row per projection known to the database, of whatever version. `head` is the safe head of the log. */
export async function projectionStatus(pool: pg.Pool, head: number): Promise<ProjectionStatus[]> {
  const { rows } = await pool.query(
    `SELECT p.name AS projection, p.state, p.reason, c.position, c.partitions, c.seen,
       lag.events AS "lagEvents", lag.seconds AS "lagSeconds", owned.n AS "ownedPartitions",
       (SELECT count(*)::int FROM store.parked_streams s WHERE s.projection = p.name) AS "parkedStreams",
       (SELECT count(*)::int FROM store.skipped_events s WHERE s.projection = p.name) AS "skippedEvents",
       CASE (SELECT phase FROM store.rebuilds r WHERE r.projection = p.name)
         WHEN 'loading' THEN 'building' WHEN 'cancelled' THEN 'building' WHEN 'built' THEN 'built'
         ELSE CASE WHEN to_regclass(format('standby.%I', p.name)) IS NOT NULL THEN 'old' END END AS standby
     FROM store.projections p
     CROSS JOIN LATERAL (SELECT coalesce(min(position), 0) AS position, coalesce(avg(position), 0)::float8 AS seen, count(*)::int AS partitions
                         FROM store.checkpoints c WHERE c.projection = p.name) c
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE WHEN counted.n <= $2 THEN counted.n ELSE greatest(counted.n, ($1 - k.position) / c.partitions) END), 0)::float8 AS events,
         coalesce(extract(epoch FROM now() - min(oldest.occurred_at)), 0)::float8 AS seconds
       FROM store.checkpoints k
       CROSS JOIN LATERAL (
         SELECT count(*) AS n FROM (
           SELECT FROM store.events e WHERE e.partition = k.partition AND e.position > k.position AND e.position <= $1 LIMIT $2::int + 1
         ) ahead
       ) counted
       LEFT JOIN LATERAL (
         SELECT e.occurred_at FROM store.events e WHERE e.partition = k.partition AND e.position > k.position AND e.position <= $1
         ORDER BY e.position LIMIT 1
       ) oldest ON true
       WHERE k.projection = p.name) lag
     CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM store.checkpoints c JOIN store.partition_owners o USING (projection, partition)
                         WHERE c.projection = p.name) owned
     ORDER BY p.name`,
    [head, countedEvents],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position), head, lagSeconds: Math.max(0, row.lagSeconds) }));
}
