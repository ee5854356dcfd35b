import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is about tokens and is not derived from the log: login requests that wait for an answer, and when tokens were last used. */
export class Nonces1795568400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.nonces, store.token_uses');
  }
}

const up = [
  // Of the secret only the SHA-256 stands here. Rows live for ten minutes and are swept every hour.
  `CREATE TABLE store.nonces (
     number bigint PRIMARY KEY,
     secret_hash bytea NOT NULL,
     name text NOT NULL,
     callback_url text NOT NULL,
     network text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     answer text CHECK (answer IN ('approved', 'cancelled')),
     approved_by text CHECK ((approved_by IS NOT NULL) = (answer IS NOT DISTINCT FROM 'approved'))
   )`,
  'CREATE INDEX nonces_network ON store.nonces (network, expires_at)',
  'CREATE INDEX nonces_expires_at ON store.nonces (expires_at)',
  `CREATE TABLE store.token_uses (
     token_id text PRIMARY KEY,
     last_used_at timestamptz NOT NULL
   ) WITH (fillfactor = 80)`,
];
