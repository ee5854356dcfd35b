/**
 * The store's tables. Written for PostgreSQL 15 to 18.
 * The hot tables have no CHECK constraints: Postgres prepares each anew for every statement, which cost 10 of the
 * append's 70 microseconds. Limits are in src/core/event-store/limits.ts and in store.append.
 */
export const storeTables = `
CREATE SCHEMA store;

CREATE SEQUENCE store.event_position AS bigint CACHE 1;

-- The truth. partition = murmur2(stream id) mod settings.partitions, written by the appender.
CREATE TABLE store.events (
  position bigint PRIMARY KEY,
  partition smallint NOT NULL,
  stream_id text NOT NULL,
  stream_version integer NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  CONSTRAINT events_stream_version UNIQUE (stream_id, stream_version)
);
CREATE INDEX events_partition_position ON store.events (partition, position);

-- One row per stream: its lock and its version. A row at version 0 is a stream that does not exist yet,
-- made by a condition that had to lock its absence. No index on a changing column, so updates stay HOT.
CREATE TABLE store.streams (
  stream_id text PRIMARY KEY,
  version integer NOT NULL,
  partition smallint NOT NULL
) WITH (fillfactor = 80);

-- Who owns which unique name. A function of the claims in the events' metadata.
CREATE TABLE store.claims (
  key text PRIMARY KEY,
  stream_id text NOT NULL
);

-- What an idempotent command did the first time.
CREATE TABLE store.command_keys (
  scope text NOT NULL,
  command text NOT NULL,
  key text NOT NULL,
  input_hash bytea NOT NULL,
  streams jsonb NOT NULL DEFAULT '[]',
  position bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, command, key)
);
CREATE INDEX command_keys_created_at ON store.command_keys (created_at);

-- Wrapped data keys of sealed values. An erased subject keeps its row, so that no new key can bring it back.
CREATE TABLE store.data_keys (
  subject text PRIMARY KEY,
  wrapped text,
  ring_key_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at timestamptz,
  CONSTRAINT data_keys_erased_or_whole CHECK (
    CASE WHEN erased_at IS NULL THEN wrapped IS NOT NULL AND ring_key_id IS NOT NULL
    ELSE wrapped IS NULL AND ring_key_id IS NULL END
  )
);

-- A cache of folded state. May be emptied at any time.
CREATE TABLE store.snapshots (
  stream_id text NOT NULL,
  state_version integer NOT NULL,
  stream_version integer NOT NULL,
  state jsonb NOT NULL,
  PRIMARY KEY (stream_id, state_version)
);

-- The last number given out per kind, for ids that clients see.
CREATE TABLE store.numbers (
  kind text PRIMARY KEY,
  last bigint NOT NULL
);

-- Projections own what is in here.
CREATE SCHEMA read;
`;
