import type pg from 'pg';
import { metadata, type Append } from './sample.js';

/**
 * What any event store in Postgres does at least: an upsert of the stream's row with a version check, and an insert of the events by one
 * function in one round trip. No claims, conditions, command keys, partitions or safe order. The yardstick for what those cost.
 */
export const plainSchema = `
CREATE SCHEMA plain;
CREATE SEQUENCE plain.event_position CACHE 1;
CREATE TABLE plain.events (
  position bigint PRIMARY KEY,
  stream_id text NOT NULL,
  stream_version integer NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  UNIQUE (stream_id, stream_version)
);
CREATE TABLE plain.streams (stream_id text PRIMARY KEY, version integer NOT NULL) WITH (fillfactor = 80);

CREATE FUNCTION plain.append(
  p_stream text, p_expected integer, p_types text[], p_data jsonb[], p_metadata jsonb, p_occurred_at timestamptz,
  OUT version integer, OUT last_position bigint
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO plain.streams AS s (stream_id, version) VALUES (p_stream, cardinality(p_types))
  ON CONFLICT (stream_id) DO UPDATE SET version = s.version + excluded.version
  RETURNING s.version INTO version;
  IF version - cardinality(p_types) <> p_expected THEN
    RAISE EXCEPTION 'conflict';
  END IF;

  INSERT INTO plain.events (position, stream_id, stream_version, type, data, metadata, occurred_at)
  SELECT nextval('plain.event_position'), p_stream, p_expected + e.place, e.type, e.data, p_metadata, p_occurred_at
  FROM unnest(p_types, p_data) WITH ORDINALITY AS e(type, data, place);
  last_position := currval('plain.event_position');
END $$;
`;

/** Calls the function as Waybill calls its own: a named prepared statement on a pool. */
export function plainAppend(pool: pg.Pool): Append {
  return (streamId, version, events) =>
    pool.query({
      name: 'plain.append',
      text: 'SELECT version, last_position FROM plain.append($1, $2, $3, $4, $5, $6)',
      values: [
        streamId,
        version,
        events.map((event) => event.type),
        events.map((event) => JSON.stringify(event.data)),
        JSON.stringify(metadata),
        new Date().toISOString(),
      ],
    });
}
