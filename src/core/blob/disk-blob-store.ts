import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobStore, type ByteRange, type StoredBlob } from './blob-store.js';
import { isHash } from './hash.js';
import type { ContentInfo } from './hashed-write.js';
import { unlessMissing } from './missing.js';
import { Spool } from './spool.js';
import { syncFolder } from './sync-folder.js';

/**
 * Contents as files: `<folder>/<first two digits>/<hash>`. A file gets its name only when it is whole and on the disk, so what has a
 * name is never half a content; a crash leaves at most a file in `<folder>/temporary`.
 */
export class DiskBlobStore extends BlobStore {
  private constructor(
    private readonly folder: string,
    private readonly spool: Spool,
  ) {
    super();
  }

  /** Makes the folder when it is missing, and removes what puts left there that a crash ended. */
  static async open(folder: string): Promise<DiskBlobStore> {
    return new DiskBlobStore(folder, await Spool.open(join(folder, 'temporary')));
  }

  override put(content: AsyncIterable<Uint8Array>, { maxBytes }: { maxBytes: number }): Promise<ContentInfo> {
    return this.spool.take(content, maxBytes, (path, info) => this.adopt(path, info));
  }

  /** The file must lie on the disk of the store. */
  override async adopt(path: string, { hash }: ContentInfo): Promise<void> {
    if (await this.renew(hash)) await rm(path);
    else await this.publish(path, hash);
  }

  override async open(hash: string, range?: ByteRange): Promise<Readable | null> {
    const file = await this.file(hash);
    return file && file.createReadStream(range);
  }

  override async stat(hash: string): Promise<StoredBlob | null> {
    if (!isHash(hash)) return null;
    const found = await unlessMissing(stat(this.pathOf(hash)));
    return found && { hash, sizeBytes: found.size, storedAt: found.mtime };
  }

  override async delete(hash: string): Promise<void> {
    if (isHash(hash)) await rm(this.pathOf(hash), { force: true });
  }

  override async *list(): AsyncIterable<StoredBlob> {
    for (const shelf of (await readdir(this.folder)).filter(isShelf).sort()) {
      for (const name of (await readdir(join(this.folder, shelf))).sort()) {
        const found = await this.stat(name);
        if (found) yield found;
      }
    }
  }

  /** Of two that publish equal contents at once the later replaces the earlier by the same. */
  private async publish(path: string, hash: string): Promise<void> {
    const target = this.pathOf(hash);
    const shelf = join(this.folder, shelfOf(hash));
    const isNew = await mkdir(shelf, { recursive: true, mode: 0o700 });
    await rename(path, target);
    // The new name itself must survive a power cut, too.
    await syncFolder(shelf);
    if (isNew) await syncFolder(this.folder);
  }

  /** What is put again counts as new, or a collector could take it for old before its event is there. @returns false when it is not there */
  private async renew(hash: string): Promise<boolean> {
    const now = new Date();
    return (await unlessMissing(utimes(this.pathOf(hash), now, now).then(() => true))) ?? false;
  }

  private async file(hash: string): Promise<FileHandle | null> {
    return isHash(hash) ? unlessMissing(open(this.pathOf(hash), 'r')) : null;
  }

  private pathOf(hash: string): string {
    return join(this.folder, shelfOf(hash), hash);
  }
}

/** 256 folders: a million contents are four thousand names each, which file systems find at once. */
const shelfOf = (hash: string): string => hash.slice(0, 2);

const isShelf = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);
