import type { MigrationInterface, QueryRunner } from 'typeorm';
import { downloadCountsTable } from './sql/download-counts.js';

/** How often packages were downloaded, which are too many facts for the log. */
export class DownloadCounts1795737600100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(downloadCountsTable);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE store.download_counts');
  }
}
