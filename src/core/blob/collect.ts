import type { BlobStore, StoredBlob } from './blob-store.js';

/** A content is put before the event that names it, and a read model shows that a moment later: who is younger is left alone. */
export const collectedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Contents that nothing refers to, oldest first by hash.
 * @param isReferred asked for the hashes of one page; gives those that something refers to
 * @param before only what was put before this moment
 */
export async function* unreferredBlobs(
  blobs: BlobStore,
  isReferred: (hashes: string[]) => Promise<ReadonlySet<string>>,
  before: Date,
): AsyncIterable<StoredBlob> {
  for await (const page of pages(blobs.list(), 1000)) {
    const old = page.filter(({ storedAt }) => storedAt < before);
    if (old.length === 0) continue;
    const referred = await isReferred(old.map(({ hash }) => hash));
    yield* old.filter(({ hash }) => !referred.has(hash));
  }
}

async function* pages<T>(items: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let page: T[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
