import type { MigrationInterface, QueryRunner } from 'typeorm';
import { renewProcess } from './sql/renew-process.js';

/** Checkpoints, states, parked streams and skips of projections, and who owns which partition. Read tables are not migrated but rebuilt. */
export class ProjectionPlatform1795564800100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `CREATE TABLE store.projections (
     name text PRIMARY KEY,
     state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused')),
     reason text,
     changed_at timestamptz NOT NULL DEFAULT now()
   )`,
  // No index on a column that changes: every checkpoint update stays a heap-only tuple.
  `CREATE TABLE store.checkpoints (
     projection text NOT NULL,
     partition smallint NOT NULL,
     position bigint NOT NULL DEFAULT 0,
     generation integer NOT NULL DEFAULT 0,
     PRIMARY KEY (projection, partition)
   ) WITH (fillfactor = 50)`,
  `CREATE TABLE store.parked_streams (
     projection text NOT NULL,
     stream_id text NOT NULL,
     partition smallint NOT NULL,
     position bigint NOT NULL,
     event_type text NOT NULL,
     error text NOT NULL,
     attempts integer NOT NULL DEFAULT 1,
     parked_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (projection, stream_id)
   )`,
  `CREATE TABLE store.skipped_events (
     projection text NOT NULL,
     position bigint NOT NULL,
     reason text NOT NULL,
     skipped_by text NOT NULL,
     skipped_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (projection, position)
   )`,
  `CREATE TABLE store.processes (
     id uuid PRIMARY KEY,
     name text NOT NULL,
     backend_pid integer NOT NULL,
     backend_started_at timestamptz NOT NULL,
     projections text[] NOT NULL,
     started_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL
   )`,
  `CREATE TABLE store.partition_owners (
     projection text NOT NULL,
     partition smallint NOT NULL,
     process_id uuid NOT NULL,
     PRIMARY KEY (projection, partition)
   )`,
  renewProcess,
];

const down = [
  'DROP FUNCTION store.renew_process(uuid, text, integer, timestamptz, integer, smallint, text[])',
  'DROP TABLE store.partition_owners, store.processes, store.skipped_events, store.parked_streams, store.checkpoints, store.projections',
];
