import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { tableName } from '../../src/core/projection/ddl.js';
import type { Projection } from '../../src/core/projection/index.js';
import type { TestDatabase } from '../kit/database.js';
import { microsOfPostgres, postmasterOf } from './machine.js';
import { watchPostgresMemory } from './postgres-memory.js';

/** What the process says of itself: seconds from the begin of the rebuild until the swap, CPU time, and the most memory it ever had. */
export type Rebuilt = {
  seconds: number;
  events: number;
  by: 'sql' | 'handlers';
  nodeMicros: number;
  peakBytes: number;
};

export type Measured = Rebuilt & { postgresMicros: number; postgresPeakBytes: number };

/** Rebuilds a read model in a process of its own. @throws Error when it ends badly, or took another way than was asked for */
export async function rebuildInChild(
  { pool, url }: TestDatabase,
  program: string,
  { versionedName }: Projection,
  workers: number,
  way: Rebuilt['by'] = 'handlers',
): Promise<Measured> {
  const postgresMicros = await microsOfPostgres(pool);
  const memory = watchPostgresMemory(await postmasterOf(pool));
  const before = postgresMicros();
  const args = [program, url, versionedName, String(workers), way];
  const { stdout } = await promisify(execFile)(process.execPath, args).finally(() => memory.stop());
  const rebuilt: Rebuilt = JSON.parse(stdout);
  if (rebuilt.by !== way) throw new Error(`${versionedName} was not rebuilt by ${way}.`);
  return { ...rebuilt, postgresMicros: postgresMicros() - before, postgresPeakBytes: memory.stop().peakBytes };
}

/** The same for tables with the same rows, in whatever order they lie. */
export async function fingerprint({ pool }: TestDatabase, projection: Projection): Promise<string> {
  const { rows } = await pool.query(
    `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS print FROM ${tableName(projection)} t`,
  );
  return rows[0].print;
}
