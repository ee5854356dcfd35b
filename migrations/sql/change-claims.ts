/**
 * `store.change_claims(...)`: takes and releases the claims of one append, locked in key order. Per key, the net effect
 * over all its streams counts, with a stream's events in their order (within one event, release means release minus
 * take):
 * - at most one stream takes a key; it may if the key is free, its own, or released by its owner in the same append;
 * - a stream that releases a key before it takes it must own it.
 * A fold over the log (`applyClaims` in src/core/event-store/claims.ts) comes to the same owners.
 */
export const changeClaimsFunction = `
CREATE FUNCTION store.change_claims(p_streams text[], p_counts integer[], p_claims jsonb[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  item record;
  v_owner text;
BEGIN
  FOR item IN
    WITH event AS (
      SELECT s.stream_id, c.claims, c.place
      FROM unnest(p_claims) WITH ORDINALITY AS c(claims, place)
      JOIN (
        SELECT stream_id, place, sum(events) OVER (ORDER BY place) AS last, events
        FROM unnest(p_streams, p_counts) WITH ORDINALITY AS u(stream_id, events, place)
      ) s ON c.place BETWEEN s.last - s.events + 1 AND s.last
      WHERE c.claims IS NOT NULL
    ), change AS (
      SELECT stream_id, place, key, true AS takes
      FROM event, jsonb_array_elements_text(coalesce(claims->'take', '[]')) AS key
      UNION
      SELECT stream_id, place, key, false
      FROM event, jsonb_array_elements_text(coalesce(claims->'release', '[]')) AS key
      WHERE NOT coalesce(claims->'take', '[]') ? key
    ), net AS (
      SELECT stream_id, key, bool_or(takes) AS takes,
        NOT (array_agg(takes ORDER BY place))[1] AS must_own,
        NOT (array_agg(takes ORDER BY place DESC))[1] AS releases
      FROM change GROUP BY stream_id, key
    )
    SELECT key,
      (array_agg(stream_id) FILTER (WHERE takes)) AS takers,
      (array_agg(stream_id) FILTER (WHERE must_own)) AS must_own,
      coalesce(array_agg(stream_id) FILTER (WHERE releases), '{}') AS releasers
    FROM net GROUP BY key ORDER BY key COLLATE "C"
  LOOP
    -- Locks the key: an insert waits for whoever is changing it, an existing row is locked.
    LOOP
      v_owner := NULL;
      IF item.takers IS NOT NULL THEN
        INSERT INTO store.claims (key, stream_id) VALUES (item.key, item.takers[1]) ON CONFLICT (key) DO NOTHING;
        EXIT WHEN FOUND;
      END IF;
      SELECT stream_id INTO v_owner FROM store.claims WHERE key = item.key FOR UPDATE;
      EXIT WHEN FOUND OR item.takers IS NULL;
    END LOOP;

    IF item.must_own <> ARRAY[v_owner] THEN
      RAISE EXCEPTION 'The claim % is released by a stream that does not own it.', item.key USING
        ERRCODE = 'WB003',
        DETAIL = jsonb_build_object('key', item.key, 'streams', item.must_own, 'owner', v_owner)::text;
    END IF;
    IF cardinality(item.takers) > 1 OR (v_owner <> item.takers[1] AND NOT v_owner = ANY (item.releasers)) THEN
      RAISE EXCEPTION 'The claim % is taken.', item.key USING
        ERRCODE = 'WB002',
        DETAIL = jsonb_build_object('key', item.key, 'owner', coalesce(v_owner, item.takers[1]))::text;
    END IF;

    IF item.takers IS NULL OR item.takers[1] = ANY (item.releasers) THEN
      DELETE FROM store.claims WHERE key = item.key;
    ELSIF v_owner <> item.takers[1] THEN
      UPDATE store.claims SET stream_id = item.takers[1] WHERE key = item.key;
    END IF;
  END LOOP;
END $$;
`;
