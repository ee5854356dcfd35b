import type { MigrationInterface, QueryRunner } from 'typeorm';

/** GraphQL documents that clients name by a hash. `id` is the SHA-256 of the text, in hex; clients may also use its MD5. */
export class PersistedDocuments1795568400400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE store.persisted_documents (
      id text PRIMARY KEY,
      md5 text NOT NULL,
      text text NOT NULL,
      stored_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query('CREATE INDEX persisted_documents_md5 ON store.persisted_documents (md5)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.persisted_documents');
  }
}
