/**
 * \`store.renew_process\` as before, and beside it the partitions that a conveyor brings to each process: the ones that it *wants*. What a
 * process wants it takes as soon as it is free, and gives up what another live process wants and it does not. What nobody wants is shared
 * out fairly, so a process that dies is succeeded at once, long before the conveyor shares its partitions out anew.
 * Processes of an older version call it without the last parameter.
 */
export const renewProcessWanted = `
CREATE FUNCTION store.renew_process(
  p_id uuid, p_name text, p_backend_pid integer, p_backend_started_at timestamptz, p_lease_ms integer, p_partitions smallint,
  p_projections text[], p_wanted smallint[], OUT owned jsonb, OUT live integer
) LANGUAGE plpgsql AS $$
BEGIN
  -- One renewal at a time, so that two processes never share out the same partition.
  PERFORM pg_advisory_xact_lock(1463897410, 1);
  INSERT INTO store.processes AS p (id, name, backend_pid, backend_started_at, projections, wanted, expires_at)
  VALUES (p_id, p_name, p_backend_pid, p_backend_started_at, p_projections, p_wanted, clock_timestamp() + p_lease_ms * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE
    SET backend_pid = excluded.backend_pid, backend_started_at = excluded.backend_started_at, wanted = excluded.wanted,
      expires_at = excluded.expires_at;
  DELETE FROM store.processes p
  WHERE p.id <> p_id
    AND (p.expires_at < clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_stat_activity a WHERE a.pid = p.backend_pid AND a.backend_start = p.backend_started_at));
  DELETE FROM store.partition_owners o WHERE NOT EXISTS (SELECT FROM store.processes p WHERE p.id = o.process_id);
  SELECT count(*) INTO live FROM store.processes;

  DELETE FROM store.partition_owners o
  WHERE o.process_id = p_id AND o.partition <> ALL (coalesce(p_wanted, '{}'))
    AND EXISTS (SELECT FROM store.processes p WHERE p.id <> p_id AND o.projection = ANY (p.projections) AND o.partition = ANY (p.wanted));

  -- What is wanted does not count: the conveyor has shared it out.
  DELETE FROM store.partition_owners o
  USING (
    SELECT projection, partition, row_number() OVER (PARTITION BY projection ORDER BY partition = ANY (coalesce(p_wanted, '{}')) DESC, partition) AS place
    FROM store.partition_owners WHERE process_id = p_id
  ) mine
  WHERE o.projection = mine.projection AND o.partition = mine.partition AND o.partition <> ALL (coalesce(p_wanted, '{}'))
    AND mine.place > ceil(p_partitions / (SELECT count(*) FROM store.processes p WHERE mine.projection = ANY (p.projections))::numeric);

  INSERT INTO store.partition_owners (projection, partition, process_id)
  SELECT free.projection, free.partition, p_id
  FROM (
    SELECT w.projection, n AS partition, n = ANY (coalesce(p_wanted, '{}')) AS wanted,
      row_number() OVER (PARTITION BY w.projection ORDER BY n = ANY (coalesce(p_wanted, '{}')) DESC, n) AS place
    FROM unnest(p_projections) AS w(projection), generate_series(0, p_partitions - 1) AS n
    WHERE NOT EXISTS (SELECT FROM store.partition_owners o WHERE o.projection = w.projection AND o.partition = n)
      AND (n = ANY (coalesce(p_wanted, '{}')) OR NOT EXISTS (
        SELECT FROM store.processes p WHERE p.id <> p_id AND w.projection = ANY (p.projections) AND n = ANY (p.wanted)))
  ) free
  JOIN (
    SELECT w.projection,
      ceil(p_partitions / (SELECT count(*) FROM store.processes p WHERE w.projection = ANY (p.projections))::numeric)
        - (SELECT count(*) FROM store.partition_owners o WHERE o.projection = w.projection AND o.process_id = p_id) AS places
    FROM unnest(p_projections) AS w(projection)
  ) room ON room.projection = free.projection AND (free.wanted OR free.place <= room.places);

  SELECT coalesce(jsonb_agg(jsonb_build_object('projection', o.projection, 'partition', o.partition)), '[]')
  INTO owned FROM store.partition_owners o WHERE o.process_id = p_id;
END $$`;

/** For processes of the version before, which run on during an upgrade. */
export const renewProcessUnwanting = `
CREATE OR REPLACE FUNCTION store.renew_process(
  p_id uuid, p_name text, p_backend_pid integer, p_backend_started_at timestamptz, p_lease_ms integer, p_partitions smallint,
  p_projections text[], OUT owned jsonb, OUT live integer
) LANGUAGE sql AS $$
  SELECT r.owned, r.live FROM store.renew_process(
    p_id, p_name, p_backend_pid, p_backend_started_at, p_lease_ms, p_partitions, p_projections, NULL) r
$$`;
