import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fenceFunction, fencesTable, incarnationFunction } from './sql/fences.js';
import { relayTable, renewRelay } from './sql/relay.js';

/** Who publishes the log to Kafka and how far, and other names for a log that was restored. */
export class Relay1795651200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [fencesTable, incarnationFunction, relayTable, renewRelay, fenceFunction])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION store.fence(text)');
    await runner.query('DROP FUNCTION store.renew_relay(uuid, text, integer, timestamptz, integer, uuid)');
    await runner.query('DROP FUNCTION store.incarnation()');
    await runner.query('DROP TABLE store.relay, store.fences');
  }
}
