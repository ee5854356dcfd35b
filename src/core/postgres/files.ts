import { randomBytes } from 'node:crypto';
import { chown, lchown, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './startup-error.js';

/** Content of a text file, or undefined when there is none. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Replaces a file by a whole new one with mode 0600: after a crash there is the old content or the new, never a part. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await ownLikeFolder(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(path));
}

/** Root writes into a folder of an ordinary user: what is new there should stay usable for its owner. */
export async function ownLikeFolder(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const folder = await stat(dirname(path));
  if (folder.uid !== 0) await chown(path, folder.uid, folder.gid);
}

/** fsync of one file or directory. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives every entry below (and with) `folder` to `owner`, if one is given, and forces files and directories to disk, if `sync`.
 * Symbolic links are not followed.
 */
export async function settleTree(
  folder: string,
  options: { owner?: { uid: number; gid: number }; sync: boolean },
): Promise<void> {
  const { owner, sync } = options;
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return settleTree(path, options);
      if (owner) await lchown(path, owner.uid, owner.gid);
      if (sync && entry.isFile()) await syncPath(path);
    }),
  );
  if (owner) await lchown(folder, owner.uid, owner.gid);
  if (sync) await syncPath(folder);
}
