import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** What a content is known by. */
export type ContentInfo = {
  /** SHA-256 in hex. */
  hash: string;
  sizeBytes: number;
};

/** The content is longer than its receiver takes. */
export class ContentTooLarge extends Error {
  override readonly name = 'ContentTooLarge';
  constructor(readonly maxBytes: number) {
    super(`The content has more than ${maxBytes} bytes.`);
  }
}

/**
 * Writes a content into an open file and hashes it on the way. Never holds more than one piece of it.
 * @throws ContentTooLarge as soon as there is more than `maxBytes`; whatever the content or the disk throws. The file is then of no use.
 */
export async function writeHashed(
  content: AsyncIterable<Uint8Array>,
  file: FileHandle,
  maxBytes: number,
): Promise<ContentInfo> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of content) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new ContentTooLarge(maxBytes);
    digest.update(piece);
    // Unlike `write`, it goes on until every byte is written.
    await file.writeFile(piece);
  }
  return { hash: digest.digest('hex'), sizeBytes };
}
