/**
 * Renews a process's lease and shares the partitions out fairly among the live ones. Called about once a second per process.
 * A process is live while its lease runs and its listener connection stands: after a kill -9 the connection is gone at once, so nobody
 * waits for the lease to run out; a frozen process keeps its connection and loses its lease.
 * Returns the partitions that the caller owns from now on, and how many processes are live.
 */
export const renewProcess = `
CREATE FUNCTION store.renew_process(
  p_id uuid, p_name text, p_backend_pid integer, p_backend_started_at timestamptz, p_lease_ms integer, p_partitions smallint,
  OUT owned smallint[], OUT live integer
) LANGUAGE plpgsql AS $$
DECLARE
  v_share integer;
BEGIN
  -- One renewal at a time, so that two processes never share out the same partition.
  PERFORM pg_advisory_xact_lock(1463897410, 1);
  INSERT INTO store.processes AS p (id, name, backend_pid, backend_started_at, expires_at)
  VALUES (p_id, p_name, p_backend_pid, p_backend_started_at, clock_timestamp() + p_lease_ms * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE
    SET backend_pid = excluded.backend_pid, backend_started_at = excluded.backend_started_at, expires_at = excluded.expires_at;
  DELETE FROM store.processes p
  WHERE p.id <> p_id
    AND (p.expires_at < clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_stat_activity a WHERE a.pid = p.backend_pid AND a.backend_start = p.backend_started_at));
  DELETE FROM store.partition_owners o WHERE NOT EXISTS (SELECT FROM store.processes p WHERE p.id = o.process_id);

  SELECT count(*) INTO live FROM store.processes;
  v_share := ceil(p_partitions::numeric / live);
  DELETE FROM store.partition_owners
  WHERE process_id = p_id AND partition IN (
    SELECT partition FROM store.partition_owners WHERE process_id = p_id ORDER BY partition OFFSET v_share);
  INSERT INTO store.partition_owners (partition, process_id)
  SELECT n, p_id FROM generate_series(0, p_partitions - 1) n
  WHERE NOT EXISTS (SELECT FROM store.partition_owners o WHERE o.partition = n)
  ORDER BY n
  LIMIT greatest(0, v_share - (SELECT count(*) FROM store.partition_owners WHERE process_id = p_id));

  SELECT coalesce(array_agg(partition ORDER BY partition), '{}') INTO owned FROM store.partition_owners WHERE process_id = p_id;
END $$`;
