import { Readable } from 'node:stream';
import type { BlobStore } from '../../core/blob/blob-store.js';
import type { Execute } from '../../core/command/dispatcher.js';
import { Releases } from '../../registry/publish/releases.js';
import { Texts } from '../../registry/texts.js';
import { PackageStreams } from '../../registry/package/package-streams.js';
import type { Session } from '../session.js';

/** What a run has added, and what it found there already. */
export type SeedCounts = { users: number; namespaces: number; packages: number; versions: number; yanked: number };

export const noCounts = (): SeedCounts => ({ users: 0, namespaces: 0, packages: 0, versions: 0, yanked: 0 });

/** What a seed is planted with: the write side without the framework, which needs no read model. */
export type Seeder = Pick<Session, 'core' | 'pool' | 'interrupted'> & {
  execute: Execute;
  packages: PackageStreams;
  releases: Releases;
  /** Stores a file. */
  take(bytes: Uint8Array): Promise<unknown>;
  added: SeedCounts;
  there: SeedCounts;
};

export function seederOf({ core, pool, interrupted, executeAs }: Session, blobs: BlobStore): Seeder {
  return {
    core,
    pool,
    interrupted,
    execute: executeAs('seed'),
    packages: new PackageStreams(core.store, core.reader),
    releases: new Releases(core.store, core.reader, new Texts(blobs)),
    take: (bytes) => blobs.put(Readable.from([bytes]), { maxBytes: bytes.length }),
    added: noCounts(),
    there: noCounts(),
  };
}
