import type { Readable } from 'node:stream';
import type { ContentInfo } from './hashed-write.js';

/** Part of a content: from byte `start` to byte `end`, both counted from 0 and both included, as in HTTP. */
export type ByteRange = { start: number; end: number };

export type StoredBlob = {
  /** SHA-256 in hex. */
  hash: string;
  sizeBytes: number;
  /** When it was put last, by the clock of the store. */
  storedAt: Date;
};

/**
 * Contents by their SHA-256. A content never changes, and equal contents are one. A hash that is not 64 lower-case hex digits names
 * nothing: `open` and `stat` answer null, `delete` does nothing.
 */
export abstract class BlobStore {
  /**
   * Stores a content, durably when it returns. Equal contents may be put at the same time.
   * @throws ContentTooLarge when there is more than `maxBytes`; whatever the content throws. Nothing is stored then.
   */
  abstract put(content: AsyncIterable<Uint8Array>, options: { maxBytes: number }): Promise<ContentInfo>;

  /**
   * The same for a file of ours that is whole, on the disk and hashed: it is moved, not copied, where that can be. Afterwards it is gone.
   * @throws ENOENT when there is no such file; whatever the store throws. The file is then left as it is.
   */
  abstract adopt(path: string, content: ContentInfo): Promise<void>;

  /** Null when it is not there. An open content stays readable when it is deleted. */
  abstract open(hash: string, range?: ByteRange): Promise<Readable | null>;

  abstract stat(hash: string): Promise<StoredBlob | null>;

  /** Forgets a content; nothing happens when it is not there. Whoever calls it must know that nobody refers to it. */
  abstract delete(hash: string): Promise<void>;

  /** All contents, in the order of their hashes. What is put or deleted meanwhile may or may not be among them. */
  abstract list(): AsyncIterable<StoredBlob>;

  async has(hash: string): Promise<boolean> {
    return (await this.stat(hash)) !== null;
  }
}
