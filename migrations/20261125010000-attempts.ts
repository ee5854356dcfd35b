import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tries that are counted: who tries stands here as a keyed hash only. Unlogged, for after a crash of Postgres counting may begin anew,
 * and a try should not wait for the disk.
 */
export class Attempts1795568400100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE store.attempts (
        account text NOT NULL,
        address text NOT NULL,
        scope text NOT NULL,
        tries integer NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (account, address, scope)
      ) WITH (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.attempts');
  }
}
