import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendFunction } from './sql/append.js';
import { changeClaimsFunction } from './sql/change-claims.js';
import { changeDataKeysFunction } from './sql/change-data-keys.js';
import { immutableTables } from './sql/immutable.js';
import { safeHeadFunction } from './sql/lease.js';
import { lockStreamsFunction } from './sql/lock-streams.js';
import { storeSettings } from './sql/settings.js';
import { storeTables } from './sql/tables.js';
import { takeCommandKeyFunction } from './sql/take-command-key.js';

/** Makes the event store: tables, the append function, the safe head. */
export class EventStore1795564800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(storeTables);
    await runner.query(storeSettings);
    await runner.query(immutableTables);
    await runner.query(takeCommandKeyFunction);
    await runner.query(lockStreamsFunction);
    await runner.query(changeClaimsFunction);
    await runner.query(changeDataKeysFunction);
    await runner.query(appendFunction);
    await runner.query(safeHeadFunction);
  }

  /** @throws Error always: undoing this would drop the log, the only truth. */
  async down(): Promise<void> {
    throw new Error('The event store is not dropped by a migration. Drop the database if you mean it.');
  }
}
