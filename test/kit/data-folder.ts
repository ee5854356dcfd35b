import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endServers } from './postgres-child.js';

/** An empty data folder. It lies in the folder of the test run, which is removed at the end of the run. */
export function makeDataFolder(): string {
  return mkdtempSync(join(process.env.WAYBILL_TEST_SCRATCH ?? tmpdir(), 'data-'));
}

/** Removes a data folder, after ending the Postgres that a killed Waybill left running on it. */
export async function removeDataFolder(dataDir: string): Promise<void> {
  await endServers(dataDir);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
}
