import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobStore, type ByteRange } from './blob-store.js';
import { type ContentInfo, writeHashed } from './hashed-write.js';

/** Older than any put that is still under way, in whatever process. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Contents as files: `<folder>/<first two digits>/<hash>`. A file gets its name only when it is whole and on the disk, so what has a
 * name is never half a content; a crash leaves at most a file in `<folder>/temporary`.
 */
export class DiskBlobStore extends BlobStore {
  private readonly temporary: string;

  private constructor(private readonly folder: string) {
    super();
    this.temporary = join(folder, 'temporary');
  }

  /** Makes the folder when it is missing, and removes what puts left there that a crash ended. */
  static async open(folder: string): Promise<DiskBlobStore> {
    const store = new DiskBlobStore(folder);
    await mkdir(store.temporary, { recursive: true, mode: 0o700 });
    await store.sweep();
    return store;
  }

  override async put(content: AsyncIterable<Uint8Array>, { maxBytes }: { maxBytes: number }): Promise<ContentInfo> {
    const path = join(this.temporary, randomUUID());
    try {
      const info = await written(path, content, maxBytes);
      if (!(await this.has(info.hash))) await this.publish(path, info.hash);
      return info;
    } finally {
      await rm(path, { force: true });
    }
  }

  override async open(hash: string, range?: ByteRange): Promise<Readable | null> {
    const file = await this.file(hash);
    return file && file.createReadStream(range);
  }

  override async stat(hash: string): Promise<{ sizeBytes: number } | null> {
    if (!isHash(hash)) return null;
    const found = await unlessMissing(stat(this.pathOf(hash)));
    return found && { sizeBytes: found.size };
  }

  override async delete(hash: string): Promise<void> {
    if (isHash(hash)) await rm(this.pathOf(hash), { force: true });
  }

  /** Of two that publish equal contents at once the later replaces the earlier by the same. */
  private async publish(path: string, hash: string): Promise<void> {
    const target = this.pathOf(hash);
    const shelf = join(this.folder, shelfOf(hash));
    const isNew = await mkdir(shelf, { recursive: true, mode: 0o700 });
    await rename(path, target);
    // The new name itself must survive a power cut, too.
    await synced(shelf);
    if (isNew) await synced(this.folder);
  }

  private async file(hash: string): Promise<FileHandle | null> {
    return isHash(hash) ? unlessMissing(open(this.pathOf(hash), 'r')) : null;
  }

  private async sweep(): Promise<void> {
    const before = Date.now() - abandonedAfterMs;
    for (const name of await readdir(this.temporary)) {
      const path = join(this.temporary, name);
      const found = await unlessMissing(stat(path));
      if (found && found.mtimeMs < before) await rm(path, { force: true });
    }
  }

  private pathOf(hash: string): string {
    return join(this.folder, shelfOf(hash), hash);
  }
}

/** 256 folders: a million contents are four thousand names each, which file systems find at once. */
const shelfOf = (hash: string): string => hash.slice(0, 2);

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

async function written(path: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ContentInfo> {
  const file = await open(path, 'wx', 0o600);
  try {
    const info = await writeHashed(content, file, maxBytes);
    await file.sync();
    return info;
  } finally {
    await file.close();
  }
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}
