/**
 * `store.lock_streams(...)`: locks the appended streams and the conditions' streams in one pass in stream id order, so
 * that two appends can wait for each other but never in a ring, checks what the writer believes of each, and adds the
 * new events to the appended streams' versions. Expected: a version, -1 any, -2 exists.
 * Returns the versions from before, and the positions of streams that get no events, in the order of \`p_streams\`.
 */
export const lockStreamsFunction = `
CREATE FUNCTION store.lock_streams(
  p_streams text[], p_partitions smallint[], p_expected integer[], p_counts integer[], p_conditions jsonb,
  OUT versions integer[], OUT positions bigint[]
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  item record;
  v_version integer;
BEGIN
  FOR item IN
    SELECT * FROM (
      SELECT s.stream_id, s.partition, s.expected, s.events, s.place
      FROM unnest(p_streams, p_partitions, p_expected, p_counts)
        WITH ORDINALITY AS s(stream_id, partition, expected, events, place)
      UNION ALL
      SELECT c."streamId", c.partition, c.expected, NULL, NULL
      FROM jsonb_to_recordset(coalesce(p_conditions, '[]'))
        AS c("streamId" text, partition smallint, expected integer)
    ) AS merged
    ORDER BY stream_id COLLATE "C"
  LOOP
    IF item.place IS NULL THEN
      -- Absence is locked as a row at version 0. Existing rows are tried first: they are the ordinary case.
      SELECT version INTO v_version FROM store.streams WHERE stream_id = item.stream_id FOR SHARE;
      IF NOT FOUND AND item.expected <> -2 THEN
        INSERT INTO store.streams (stream_id, version, partition)
        VALUES (item.stream_id, 0, item.partition) ON CONFLICT (stream_id) DO NOTHING;
        SELECT version INTO v_version FROM store.streams WHERE stream_id = item.stream_id FOR SHARE;
      END IF;
      v_version := coalesce(v_version, 0);
    ELSE
      INSERT INTO store.streams AS s (stream_id, version, partition)
      VALUES (item.stream_id, item.events, item.partition)
      ON CONFLICT (stream_id) DO UPDATE SET version = s.version + excluded.version
      RETURNING s.version - item.events INTO v_version;
      versions[item.place] := v_version;
      -- A stream that gets events gets its position with them; one that gets none stays where it was.
      IF item.events = 0 THEN
        positions[item.place] := coalesce(
          (SELECT position FROM store.events WHERE stream_id = item.stream_id AND stream_version = v_version), 0
        );
      END IF;
    END IF;

    IF (item.expected >= 0 AND v_version <> item.expected) OR (item.expected = -2 AND v_version = 0) THEN
      PERFORM store.raise_conflict(item.stream_id, item.expected, v_version);
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION store.raise_conflict(p_stream_id text, p_expected integer, p_actual integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Stream % is at version %, expected %.', p_stream_id, p_actual, p_expected USING
    ERRCODE = 'WB001',
    DETAIL = jsonb_build_object('streamId', p_stream_id, 'expected', p_expected, 'actual', p_actual)::text;
END $$;
`;
