import { LEASE_CLASS, LEASE_WINDOW } from './lease.js';

/**
 * Takes the lease: a shared lock on the last drawn position, 0 when none was drawn. As an assigned expression it costs
 * PL/pgSQL a call; as a statement that reads the sequence it cost a tenth of the append.
 */
const takeLease = `pg_advisory_xact_lock_shared(
      ${LEASE_CLASS}, (coalesce(pg_sequence_last_value('store.event_position'), 0) % ${LEASE_WINDOW})::integer
    ) IS NOT NULL`;

/**
 * `store.append(...)`: the one way into the log, one round trip.
 *
 * Events come stream by stream: \`p_counts[i]\` of them belong to \`p_streams[i]\`. Expected: a version, -1 any, -2 exists.
 * \`p_extras\` is null on the fast path; else \`{commandKey, conditions, dataKeys, eraseSubjects}\`.
 * Returns the new versions and the last positions in the order of \`p_streams\`, or \`earlier\`, the result of the first
 * command with this key.
 *
 * The order inside is an invariant: key, streams, claims, data keys, lease, positions. Whatever can wait for another
 * transaction comes before the lease, for a held lease holds every reader back.
 */
export const appendFunction = `
CREATE FUNCTION store.append(
  p_streams text[], p_partitions smallint[], p_expected integer[], p_counts integer[],
  p_types text[], p_schema_versions smallint[], p_data jsonb[], p_claims jsonb[],
  p_metadata jsonb, p_occurred_at timestamptz, p_extras jsonb,
  OUT versions integer[], OUT positions bigint[], OUT earlier jsonb
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_version integer;
  v_first integer := 1;
  v_leased boolean;
BEGIN
  -- 4 KiB of jsonb cannot hold 256 KiB of text that JavaScript wrote, so the common append skips the look.
  IF pg_column_size(p_data) > 4096 THEN PERFORM store.assert_data_size(p_data); END IF;

  -- The common append: events of one stream and nothing else. The same steps in plain statements.
  IF p_extras IS NULL AND p_claims IS NULL AND cardinality(p_streams) = 1 AND p_counts[1] > 0 THEN
    INSERT INTO store.streams AS s (stream_id, version, partition)
    VALUES (p_streams[1], p_counts[1], p_partitions[1])
    ON CONFLICT (stream_id) DO UPDATE SET version = s.version + excluded.version
    RETURNING s.version - p_counts[1] INTO v_version;
    IF (p_expected[1] >= 0 AND v_version <> p_expected[1]) OR (p_expected[1] = -2 AND v_version = 0) THEN
      PERFORM store.raise_conflict(p_streams[1], p_expected[1], v_version);
    END IF;
    v_leased := ${takeLease};
    IF p_counts[1] = 1 THEN
      INSERT INTO store.events
        (position, partition, stream_id, stream_version, type, schema_version, data, metadata, occurred_at)
      VALUES (nextval('store.event_position'), p_partitions[1], p_streams[1], v_version + 1,
        p_types[1], p_schema_versions[1], p_data[1], p_metadata, p_occurred_at);
    ELSE
      INSERT INTO store.events
        (position, partition, stream_id, stream_version, type, schema_version, data, metadata, occurred_at)
      SELECT nextval('store.event_position'), p_partitions[1], p_streams[1], v_version + e.place,
        e.type, e.schema_version, e.data, p_metadata, p_occurred_at
      FROM unnest(p_types, p_schema_versions, p_data) WITH ORDINALITY AS e(type, schema_version, data, place);
    END IF;
    versions := ARRAY[v_version + p_counts[1]];
    positions := ARRAY[currval('store.event_position')];
    RETURN;
  END IF;

  IF p_extras ? 'commandKey' THEN
    earlier := store.take_command_key(p_extras->'commandKey');
    IF earlier IS NOT NULL THEN RETURN; END IF;
  END IF;

  SELECT l.versions, l.positions INTO versions, positions
  FROM store.lock_streams(p_streams, p_partitions, p_expected, p_counts, p_extras->'conditions') l;

  IF p_claims IS NOT NULL THEN
    PERFORM store.change_claims(p_streams, p_counts, p_claims);
  END IF;
  IF p_extras ?| ARRAY['dataKeys', 'eraseSubjects'] THEN
    PERFORM store.change_data_keys(p_extras->'dataKeys', p_extras->'eraseSubjects');
  END IF;

  -- The lease: from here on nothing may wait for another transaction.
  v_leased := ${takeLease};

  FOR i IN 1 .. cardinality(p_streams) LOOP
    CONTINUE WHEN p_counts[i] = 0;
    INSERT INTO store.events
      (position, partition, stream_id, stream_version, type, schema_version, data, metadata, occurred_at)
    SELECT nextval('store.event_position'), p_partitions[i], p_streams[i], versions[i] + e.place,
      e.type, e.schema_version, e.data,
      CASE WHEN e.claims IS NULL THEN p_metadata ELSE p_metadata || jsonb_build_object('claims', e.claims) END,
      p_occurred_at
    FROM unnest(
      p_types[v_first : v_first + p_counts[i] - 1],
      p_schema_versions[v_first : v_first + p_counts[i] - 1],
      p_data[v_first : v_first + p_counts[i] - 1],
      p_claims[v_first : v_first + p_counts[i] - 1]
    ) WITH ORDINALITY AS e(type, schema_version, data, claims, place);

    positions[i] := currval('store.event_position');
    versions[i] := versions[i] + p_counts[i];
    v_first := v_first + p_counts[i];
  END LOOP;

  IF p_extras ? 'commandKey' THEN
    UPDATE store.command_keys SET
      position = (SELECT max(p) FROM unnest(positions) p),
      streams = (
        SELECT jsonb_agg(jsonb_build_object('streamId', id, 'version', version, 'position', p, 'partition', partition))
        FROM unnest(p_streams, versions, positions, p_partitions) AS s(id, version, p, partition)
      )
    WHERE scope = p_extras#>>'{commandKey,scope}' AND command = p_extras#>>'{commandKey,command}'
      AND key = p_extras#>>'{commandKey,key}';
  END IF;
END $$;

-- What counts is how Postgres prints the value. Small values are not printed: see the first line of store.append.
CREATE FUNCTION store.assert_data_size(p_data jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_bytes integer := (
    SELECT max(CASE WHEN pg_column_size(d) > 4096 THEN octet_length(d::text) ELSE 0 END) FROM unnest(p_data) d
  );
BEGIN
  IF v_bytes > 262144 THEN
    RAISE EXCEPTION 'An event has % bytes of data.', v_bytes USING
      ERRCODE = 'WB007', DETAIL = jsonb_build_object('bytes', v_bytes)::text;
  END IF;
END $$;
`;
