import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropSetPartitions, setPartitionsFunction } from './sql/set-partitions.js';

/** The partition count of a log without events may be set: to take over a log that was exported with another one. */
export class Partitions1795651200300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(setPartitionsFunction);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(dropSetPartitions);
  }
}
