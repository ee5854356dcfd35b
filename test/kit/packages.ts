import type { PackageEvent, PublishedVersion } from '../../src/registry/package/package.events.js';

/** What a version says of itself when nothing else matters. */
export function publishedVersion(
  version: string,
  number: number,
  more: Partial<PublishedVersion> = {},
): PublishedVersion {
  return {
    number,
    version,
    releaseId: `package-release-${number}`,
    releaseNumber: number,
    publisherId: 'user-1',
    file: { hash: number.toString(16).padStart(64, '0'), sizeBytes: 1000 + number, format: 'webc-v3' },
    webcManifest: '{}',
    manifest: null,
    description: null,
    license: null,
    homepage: null,
    repository: null,
    keywords: [],
    entrypoint: null,
    commands: [],
    modules: [],
    dependencies: [],
    mounts: [],
    readme: null,
    licenseFile: null,
    ...more,
  };
}

export const packageCreated = (isPrivate = false): PackageEvent => ({
  type: 'registry.package.created',
  data: { number: 7, name: 'tool-1', skeleton: 'tool-l', ownerId: 'namespace-2', isPrivate },
});

export const versionPublished = (
  version: string,
  number: number,
  more: Partial<PublishedVersion> = {},
): PackageEvent => ({
  type: 'registry.package.version-published',
  data: publishedVersion(version, number, more),
});
