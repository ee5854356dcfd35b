import type pg from 'pg';
import { run } from '../../core/event-store/statement.js';

// In the order of subjects, so that two processes never wait for each other in a circle.
const addStatement = {
  name: 'download_counts.add',
  text: `INSERT INTO store.download_counts AS c (subject, downloads)
    SELECT subject, downloads FROM unnest($1::text[], $2::bigint[]) AS n(subject, downloads) ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET downloads = c.downloads + excluded.downloads`,
};

const readStatement = {
  name: 'download_counts.read',
  text: 'SELECT subject, downloads::float8 AS downloads FROM store.download_counts WHERE subject = ANY ($1)',
};

/** How often something was downloaded: a package by its id, or what `versionSubject` and `monthSubject` name. */
export type DownloadCount = { subject: string; downloads: number };

/** The id of the version's row in `package_versions`, too. */
export const versionSubject = (packageId: string, versionNumber: number): string => `${packageId}/${versionNumber}`;

/** All downloads of a month of UTC. */
export const monthSubject = (at: Date): string => `month-${at.toISOString().slice(0, 7)}`;

export async function addDownloads(pool: pg.Pool, downloads: ReadonlyMap<string, number>): Promise<void> {
  await run(pool, addStatement, [[...downloads.keys()], [...downloads.values()]]);
}

/** In any order; what was never downloaded is left out. */
export function storedDownloads(pool: pg.Pool, subjects: readonly string[]): Promise<DownloadCount[]> {
  return run<DownloadCount>(pool, readStatement, [subjects]);
}
