import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mailsTable } from './sql/mails.js';

/** The mails that were sent, or are kept while there is no mail server. */
export class Mails1795568400300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(mailsTable);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.mails');
  }
}
