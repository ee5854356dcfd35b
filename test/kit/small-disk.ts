import { spawnSync } from 'node:child_process';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrivatePostgres } from './private-postgres.js';
import { select } from './select.js';

/** A disk of some megabytes that holds one read table of a Postgres, to be filled up. */
export type SmallDisk = {
  /** Takes all space that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  /** Brings the tables back and takes the disk away. */
  remove(): Promise<void>;
};

/** Whether this process may mount a file system: root may, and not in every container. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-mount-'));
  try {
    if (!mount(folder)) return false;
    unmount(folder);
    return true;
  } finally {
    rmdirSync(folder);
  }
}

/** @param table as `read.name` */
export async function putOnSmallDisk(postgres: PrivatePostgres, table: string): Promise<SmallDisk> {
  const folder = join(postgres.dataDir, 'small-disk');
  await mkdir(folder, { recursive: true });
  if (!mount(folder)) throw new Error(`No file system could be mounted on ${folder}.`);
  const { uid, gid } = await stat(join(postgres.dataDir, 'postgres'));
  await chown(folder, uid, gid);
  await select(postgres.adminUrl, `CREATE TABLESPACE small_disk LOCATION '${folder}'`);
  await select(postgres.adminUrl, `ALTER TABLE ${table} SET TABLESPACE small_disk`);
  const ballast = join(folder, 'ballast');
  return {
    fill: async () => {
      await writeFile(ballast, Buffer.alloc(sizeMb << 20)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    free: () => rm(ballast, { force: true }),
    remove: async () => {
      await rm(ballast, { force: true });
      await select(postgres.adminUrl, `ALTER TABLE ${table} SET TABLESPACE pg_default`);
      await select(postgres.adminUrl, 'DROP TABLESPACE small_disk');
      unmount(folder);
    },
  };
}

const sizeMb = 64;

function mount(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder]).status === 0;
}

function unmount(folder: string): void {
  // A session may still hold a file that is gone.
  spawnSync('umount', ['-l', folder]);
}
