/**
 * Renews a process's lease and shares the partitions out fairly. Called about once a second per process.
 * The partitions of a projection are shared among the live processes that run it, for beside each other there may be
 * processes of different program versions, and one that does not know a table's version must not own its partitions.
 * A process is live while its lease runs and its listener connection stands: after a kill -9 the connection is gone at once, so nobody
 * waits for the lease to run out; a frozen process keeps its connection and loses its lease.
 * Returns what the caller owns from now on, as `[{"projection", "partition"}]`, and how many processes are live.
 */
export const renewProcess = `
CREATE FUNCTION store.renew_process(
  p_id uuid, p_name text, p_backend_pid integer, p_backend_started_at timestamptz, p_lease_ms integer, p_partitions smallint,
  p_projections text[], OUT owned jsonb, OUT live integer
) LANGUAGE plpgsql AS $$
BEGIN
  -- One renewal at a time, so that two processes never share out the same partition.
  PERFORM pg_advisory_xact_lock(1463897410, 1);
  INSERT INTO store.processes AS p (id, name, backend_pid, backend_started_at, projections, expires_at)
  VALUES (p_id, p_name, p_backend_pid, p_backend_started_at, p_projections, clock_timestamp() + p_lease_ms * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE
    SET backend_pid = excluded.backend_pid, backend_started_at = excluded.backend_started_at, expires_at = excluded.expires_at;
  DELETE FROM store.processes p
  WHERE p.id <> p_id
    AND (p.expires_at < clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_stat_activity a WHERE a.pid = p.backend_pid AND a.backend_start = p.backend_started_at));
  DELETE FROM store.partition_owners o WHERE NOT EXISTS (SELECT FROM store.processes p WHERE p.id = o.process_id);
  SELECT count(*) INTO live FROM store.processes;

  DELETE FROM store.partition_owners o
  USING (
    SELECT projection, partition, row_number() OVER (PARTITION BY projection ORDER BY partition) AS place
    FROM store.partition_owners WHERE process_id = p_id
  ) mine
  WHERE o.projection = mine.projection AND o.partition = mine.partition
    AND mine.place > ceil(p_partitions / (SELECT count(*) FROM store.processes p WHERE mine.projection = ANY (p.projections))::numeric);

  INSERT INTO store.partition_owners (projection, partition, process_id)
  SELECT free.projection, free.partition, p_id
  FROM (
    SELECT w.projection, n AS partition, row_number() OVER (PARTITION BY w.projection ORDER BY n) AS place
    FROM unnest(p_projections) AS w(projection), generate_series(0, p_partitions - 1) AS n
    WHERE NOT EXISTS (SELECT FROM store.partition_owners o WHERE o.projection = w.projection AND o.partition = n)
  ) free
  JOIN (
    SELECT w.projection,
      ceil(p_partitions / (SELECT count(*) FROM store.processes p WHERE w.projection = ANY (p.projections))::numeric)
        - (SELECT count(*) FROM store.partition_owners o WHERE o.projection = w.projection AND o.process_id = p_id) AS places
    FROM unnest(p_projections) AS w(projection)
  ) room ON room.projection = free.projection AND free.place <= room.places;

  SELECT coalesce(jsonb_agg(jsonb_build_object('projection', o.projection, 'partition', o.partition)), '[]')
  INTO owned FROM store.partition_owners o WHERE o.process_id = p_id;
END $$`;
