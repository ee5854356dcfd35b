import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { refuse } from '../../auth/auth.errors.js';
import { type ContentInfo, writeHashed } from '../../blob/hashed-write.js';

/** A content on disk that nobody else can see, until it is released. */
export type SpooledFile = ContentInfo & {
  /** Of the open file, for who reads it at positions of its own choice. It has no path. */
  fd: number;
  /** The content from its start; several may be read at once. */
  stream(): Readable;
  /** Gives the room back. What still reads fails. */
  release(): Promise<void>;
};

/** What one content takes of the room. */
type Share = { bytes: number };

/** Keeps contents for as long as a request runs, out of memory and within a bound for all requests together. */
export class Spool {
  private usedBytes = 0;

  /** @param folder is made when the first content comes. It should lie on a disk, which a system's own temporary folder may not. */
  constructor(
    private readonly folder: string,
    private readonly maxUsedBytes: number,
  ) {}

  /**
   * @throws ContentTooLarge beyond `maxBytes`; Refusal TOO_MANY_REQUESTS while the contents of all requests take all the room;
   * whatever the content throws. Nothing is kept then.
   */
  async store(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<SpooledFile> {
    const share: Share = { bytes: 0 };
    const file = await this.namelessFile();
    try {
      const info = await writeHashed(this.metered(content, share), file, maxBytes);
      return {
        ...info,
        fd: file.fd,
        stream: () => file.createReadStream({ start: 0, autoClose: false }),
        release: () => file.close().finally(() => this.giveBack(share)),
      };
    } catch (error) {
      await file.close().finally(() => this.giveBack(share));
      throw error;
    }
  }

  private async *metered(content: AsyncIterable<Uint8Array>, share: Share) {
    for await (const piece of content) {
      share.bytes += piece.length;
      this.usedBytes += piece.length;
      if (this.usedBytes > this.maxUsedBytes) {
        // At once, so that the others find room again: one is refused, not all who come in the same moment.
        this.giveBack(share);
        throw refuse('TOO_MANY_REQUESTS');
      }
      yield piece;
    }
  }

  private giveBack(share: Share): void {
    this.usedBytes -= share.bytes;
    share.bytes = 0;
  }

  /** Its name is taken away at once, so the system frees it however the process ends. */
  private async namelessFile() {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, randomUUID());
    const file = await open(path, 'wx+', 0o600);
    await rm(path);
    return file;
  }
}
