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

/** As little room for garbage as Node starts with: what it then has is what it needs. */
const smallHeap = ['--max-semi-space-size=1', '--max-old-space-size=64'];

export type Measured = Rebuilt & { postgresMicros: number; postgresPeakBytes: number };

export type How = {
  workers: number;
  way?: Rebuilt['by'];
  /** Gives the process hardly more memory than it needs; it is then slower. */
  inSmallHeap?: boolean;
};

/**
 * Rebuilds a read model in a process of its own.
 * @param program the bundle of `rebuild-process.ts`
 * @throws Error when it ends badly, as when its memory does not suffice, or took another way than was asked for
 */
export async function rebuildInChild(
  { pool, url }: TestDatabase,
  program: string,
  { versionedName }: Projection,
  { workers, way = 'handlers', inSmallHeap = false }: How,
): Promise<Measured> {
  const postgresMicros = await microsOfPostgres(pool);
  const memory = watchPostgresMemory(await postmasterOf(pool));
  const before = postgresMicros();
  const args = [...(inSmallHeap ? smallHeap : []), program, url, versionedName, String(workers), way];
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
