import { buildStandby } from '../../src/core/projection/rebuild/build.js';
import type { RebuildPorts } from '../../src/core/projection/rebuild/rebuild.js';
import type { BuildOptions, BuildPorts, BuildReport } from '../../src/core/projection/rebuild/ports.js';
import { dropStandby } from '../../src/core/projection/rebuild/standby.js';
import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/definition.js';
import type { Core } from '../../src/core/runtime/core.js';
import type { TestDatabase } from './database.js';

export function rebuildPorts(core: Core, pool: TestDatabase['pool']): RebuildPorts {
  return {
    pool,
    partitions: core.store.partitions,
    safeHead: () => core.watermark.safeHead(),
    readPartition: core.readPartition,
    readStream: core.readStream,
    decode: (stored) => core.codec.decode(core.silos.eventTypes, stored),
  };
}

/** All rows of a read model's table, live or standby, as text and in one order. */
export async function tableText(
  { pool }: Pick<TestDatabase, 'pool'>,
  definition: Projection,
  schema?: string,
): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT to_jsonb(t)::text AS row FROM ${tableName(definition, schema)} t ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
}

/** Builds the standby anew, whatever was there. */
export async function freshBuild(
  ports: BuildPorts,
  definition: Projection,
  options: Partial<BuildOptions> = {},
): Promise<BuildReport> {
  await dropStandby(ports.pool, definition);
  return buildStandby(ports, definition, { workers: 2, ...options });
}

/** What a projection's SQL and its handlers make of the same log; for a test that both are the same. */
export async function bothFolds(
  database: Pick<TestDatabase, 'pool'>,
  ports: BuildPorts,
  definition: Projection,
): Promise<{ sql: string[]; handlers: string[] }> {
  const tables = { sql: [] as string[], handlers: [] as string[] };
  for (const by of ['sql', 'handlers'] as const) {
    const report = await freshBuild(ports, definition, { useSql: by === 'sql' });
    if (report.by !== by) throw new Error(`The SQL of ${definition.name} was not used: ${report.sqlFailure}`);
    tables[by] = await tableText(database, definition, 'standby');
  }
  return tables;
}
