import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { BlobStore } from './blob-store.js';

export type BlobReport = { blobs: number; sizeBytes: number; damaged: string[]; missing: string[] };

/**
 * Reads every content and hashes it anew, and looks whether what is referred to is there.
 * @param referred hashes that something refers to
 * @param onProgress hears how many contents and bytes were read
 */
export async function verifyBlobs(
  blobs: BlobStore,
  referred: AsyncIterable<string>,
  onProgress: (blobs: number, sizeBytes: number) => void = () => undefined,
): Promise<BlobReport> {
  const report: BlobReport = { blobs: 0, sizeBytes: 0, damaged: [], missing: [] };
  for await (const { hash, sizeBytes } of blobs.list()) {
    const content = await blobs.open(hash);
    // Deleted since it was listed.
    if (!content) continue;
    if ((await hashOf(content)) !== hash) report.damaged.push(hash);
    report.blobs++;
    report.sizeBytes += sizeBytes;
    onProgress(report.blobs, report.sizeBytes);
  }
  for await (const hash of referred) if (!(await blobs.has(hash))) report.missing.push(hash);
  return report;
}

async function hashOf(content: Readable): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of content) digest.update(piece as Uint8Array);
  return digest.digest('hex');
}
