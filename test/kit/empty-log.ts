import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/definition.js';
import { select } from './select.js';

/**
 * Leaves a database as a backup from before the first event would, beneath whoever is running: no event, empty read models, every checkpoint at
 * the beginning.
 */
export async function emptyLog(adminUrl: string, projections: Projection[] = []): Promise<void> {
  const tables = ['store.events', 'store.streams', 'store.claims', 'store.command_keys'];
  const readTables = projections.map((projection) => tableName(projection));
  // In one transaction, so that nobody meets a log that has half gone back.
  await select(
    adminUrl,
    `BEGIN;
    UPDATE store.checkpoints SET position = 0;
    ALTER TABLE store.events DISABLE TRIGGER events_immutable;
    TRUNCATE ${[...tables, ...readTables].join(', ')};
    ALTER TABLE store.events ENABLE ALWAYS TRIGGER events_immutable;
    ALTER SEQUENCE store.event_position RESTART;
    COMMIT`,
  );
}
