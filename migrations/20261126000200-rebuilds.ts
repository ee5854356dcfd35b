import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where read models are built anew and kept after a swap, and how far a build is. */
export class Rebuilds1795651200200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.rebuild_parts, store.rebuilds');
    await runner.query('DROP SCHEMA standby, swapping CASCADE');
  }
}

const up = [
  'CREATE SCHEMA IF NOT EXISTS standby',
  // Where a table passes through while two change places.
  'CREATE SCHEMA IF NOT EXISTS swapping',
  // A row is a build that is not swapped in yet: its table in `standby` is not an old one that was kept.
  `CREATE TABLE store.rebuilds (
     projection text PRIMARY KEY,
     phase text NOT NULL CHECK (phase IN ('loading', 'built', 'cancelled')),
     target bigint NOT NULL,
     fingerprint text NOT NULL,
     parts integer NOT NULL,
     total_events bigint NOT NULL,
     started_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     error text
   )`,
  // Parts of the log whose rows are in the table, by the same commit.
  `CREATE TABLE store.rebuild_parts (
     projection text NOT NULL REFERENCES store.rebuilds ON DELETE CASCADE,
     part integer NOT NULL,
     events bigint NOT NULL,
     PRIMARY KEY (projection, part)
   )`,
];
