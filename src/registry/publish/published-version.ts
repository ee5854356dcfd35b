import type { PublishedVersion, StoredFile } from '../package/package.events.js';
import type { PublishedFacts } from './manifest.js';

/** Where a version stands. */
export type PublishedAs = {
  number: number;
  version: string;
  release: { id: string; number: number; file: StoredFile };
  publisherId: string;
};

/**
 * What the event says of a version.
 * @param texts hashes of the texts that are too long for an event
 */
export function publishedVersion(
  { number, version, release, publisherId }: PublishedAs,
  facts: PublishedFacts,
  texts: Pick<PublishedVersion, 'readme' | 'licenseFile'>,
): PublishedVersion {
  const { webcManifest, manifest, description, license, homepage, repository, keywords } = facts;
  const { entrypoint, commands, modules, dependencies, mounts } = facts;
  return {
    number,
    version,
    releaseId: release.id,
    releaseNumber: release.number,
    publisherId,
    file: release.file,
    webcManifest,
    manifest,
    description,
    license,
    homepage,
    repository,
    keywords,
    entrypoint,
    commands,
    modules,
    dependencies,
    mounts: mounts.map(({ path, host }) => ({ wasm: path, host })),
    ...texts,
  };
}
