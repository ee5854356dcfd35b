import type { MigrationInterface, QueryRunner } from 'typeorm';
import { renewProcess } from './sql/renew-process.js';
import { renewProcessUnwanting, renewProcessWanted } from './sql/renew-process-wanted.js';

/** Which partitions Kafka gives to a process, so that owning them follows. */
export class WantedPartitions1795651200100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE store.processes ADD COLUMN wanted smallint[]');
    await runner.query(renewProcessWanted);
    await runner.query(renewProcessUnwanting);
  }

  async down(runner: QueryRunner): Promise<void> {
    const parameters = 'uuid, text, integer, timestamptz, integer, smallint, text[]';
    await runner.query(`DROP FUNCTION store.renew_process(${parameters}, smallint[])`);
    await runner.query(`DROP FUNCTION store.renew_process(${parameters})`);
    await runner.query(renewProcess);
    await runner.query('ALTER TABLE store.processes DROP COLUMN wanted');
  }
}
