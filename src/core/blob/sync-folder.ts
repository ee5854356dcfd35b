import { open } from 'node:fs/promises';

/** Forces the names in a folder to the disk: a file that is made or renamed survives a power cut only then. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
