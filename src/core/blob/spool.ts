import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentInfo, writeHashed } from './hashed-write.js';
import { unlessMissing } from './missing.js';

/** Older than any put that is still under way, in whatever process. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** A folder in which contents become whole before they are published under their hash. */
export class Spool {
  private constructor(private readonly folder: string) {}

  /** Makes the folder when it is missing, and removes what puts left there that a crash ended. */
  static async open(folder: string): Promise<Spool> {
    const spool = new Spool(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await spool.sweep();
    return spool;
  }

  /**
   * Writes a content, durably, and gives the path and what it is known by to `publish`, which may move the file away. What is left is removed.
   * @throws ContentTooLarge; whatever the content, the disk or `publish` throws
   */
  async take(
    content: AsyncIterable<Uint8Array>,
    maxBytes: number,
    publish: (path: string, info: ContentInfo) => Promise<void>,
  ): Promise<ContentInfo> {
    const path = join(this.folder, randomUUID());
    try {
      const info = await written(path, content, maxBytes);
      await publish(path, info);
      return info;
    } finally {
      await rm(path, { force: true });
    }
  }

  private async sweep(): Promise<void> {
    const before = Date.now() - abandonedAfterMs;
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const found = await unlessMissing(stat(path));
      if (found && found.mtimeMs < before) await rm(path, { force: true });
    }
  }
}

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
