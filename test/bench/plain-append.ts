/**
 * What any event-sourced service in Postgres does at least: an upsert of the stream's row with a version check and an
 * insert of the events, with the same parameters and the same indexes as `store.append`. The yardstick for its cost.
 */
export const plainAppend = `
DROP SCHEMA IF EXISTS bench_plain CASCADE;
CREATE SCHEMA bench_plain;
CREATE SEQUENCE bench_plain.event_position CACHE 1;
CREATE TABLE bench_plain.events (LIKE store.events INCLUDING INDEXES);
CREATE TABLE bench_plain.streams (
  stream_id text PRIMARY KEY, version integer NOT NULL, partition smallint NOT NULL
) WITH (fillfactor = 80);

CREATE FUNCTION bench_plain.append(
  p_streams text[], p_partitions smallint[], p_expected integer[], p_counts integer[],
  p_types text[], p_schema_versions smallint[], p_data jsonb[], p_claims jsonb[],
  p_metadata jsonb, p_occurred_at timestamptz, p_extras jsonb,
  OUT versions integer[], OUT positions bigint[], OUT earlier jsonb
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_version integer;
BEGIN
  INSERT INTO bench_plain.streams AS s (stream_id, version, partition)
  VALUES (p_streams[1], p_counts[1], p_partitions[1])
  ON CONFLICT (stream_id) DO UPDATE SET version = s.version + excluded.version
  RETURNING s.version INTO v_version;
  IF v_version - p_counts[1] <> p_expected[1] THEN
    RAISE EXCEPTION 'conflict';
  END IF;

  INSERT INTO bench_plain.events
    (position, partition, stream_id, stream_version, type, schema_version, data, metadata, occurred_at)
  SELECT nextval('bench_plain.event_position'), p_partitions[1], p_streams[1], v_version - p_counts[1] + e.place,
    e.type, e.schema_version, e.data, p_metadata, p_occurred_at
  FROM unnest(p_types, p_schema_versions, p_data) WITH ORDINALITY AS e(type, schema_version, data, place);
  versions := ARRAY[v_version];
  positions := ARRAY[currval('bench_plain.event_position')];
END $$;
`;
