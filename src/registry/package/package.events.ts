import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';

/** The stream of the user or of the namespace under whose name a package stands. */
export type OwnerId = string;

/** A stored file: its SHA-256 in hex names it in the blob store. */
export type StoredFile = { hash: string; sizeBytes: number; format: 'webc-v2' | 'webc-v3' | 'tar.gz' };

export type PublishedCommand = {
  name: string;
  runner: string | null;
  /** Module that it runs; null when the manifest does not say. */
  atom: string | null;
  /** Package that the module comes from; null for this one. */
  dependency: string | null;
};

export type PublishedModule = { name: string; kind: string; sizeBytes: number; sha256: string };

export type PublishedDependency = {
  /** `ns/name`; of one that comes from elsewhere the name that the manifest gives it. */
  name: string;
  /** A requirement of semver; null when it does not come from a registry. */
  requirement: string | null;
  /** Where it comes from when not from a registry: a URL; null too when it is in the file itself. */
  source: string | null;
};

/** All that a version says of itself. It never changes; texts that may be long are blobs. */
export type PublishedVersion = {
  number: number;
  version: string;
  /** Stream of the release that holds the file. */
  releaseId: string;
  releaseNumber: number;
  publisherId: string;
  file: StoredFile;
  /** The manifest of the webc as JSON; null for a tar.gz. */
  webcManifest: string | null;
  /** The wasmer.toml; null when the publisher gave none. */
  manifest: string | null;
  description: string | null;
  license: string | null;
  homepage: string | null;
  repository: string | null;
  keywords: string[];
  entrypoint: string | null;
  commands: PublishedCommand[];
  modules: PublishedModule[];
  dependencies: PublishedDependency[];
  /** Folders that a running program finds: `wasm` there is `host` in the package. */
  mounts: { wasm: string; host: string }[];
  /** Hashes of texts in the blob store. */
  readme: string | null;
  licenseFile: string | null;
};

/** Of one version of the package, by its number. */
type OfVersion = { number: number };

export type PackageEvent =
  | Event<
      'registry.package.created',
      { number: number; name: string; skeleton: string; ownerId: OwnerId; isPrivate: boolean }
    >
  | Event<'registry.package.made-public', Record<string, never>>
  /** The versions that became public with their package, for read models whose rows are versions. */
  | Event<'registry.package.versions-made-public', { numbers: number[] }>
  | Event<'registry.package.icon-changed', { icon: string | null }>
  | Event<'registry.package.archived', Record<string, never>>
  | Event<'registry.package.unarchived', Record<string, never>>
  | Event<'registry.package.version-published', PublishedVersion>
  | Event<'registry.package.version-yanked', OfVersion & { reason: string | null }>
  | Event<'registry.package.version-unyanked', OfVersion>
  | Event<'registry.package.version-archived', OfVersion>
  | Event<'registry.package.version-unarchived', OfVersion>;

export const packageEvents = eventTypes<PackageEvent>({
  'registry.package.created': { version: 1 },
  'registry.package.made-public': { version: 1 },
  'registry.package.versions-made-public': { version: 1 },
  'registry.package.icon-changed': { version: 1 },
  'registry.package.archived': { version: 1 },
  'registry.package.unarchived': { version: 1 },
  'registry.package.version-published': { version: 1 },
  'registry.package.version-yanked': { version: 1 },
  'registry.package.version-unyanked': { version: 1 },
  'registry.package.version-archived': { version: 1 },
  'registry.package.version-unarchived': { version: 1 },
});

/**
 * A key whose bytes sort as semver orders versions (semver.org, §11), and equal precedence by build metadata: `1.0.0-a` < `1.0.0` <
 * `1.0.0+1` < `1.0.1`. It stands here because read models may know events alone.
 * @param version a version by the rules of semver
 */
export function versionSortKey(version: string): Buffer {
  const [, core, pre, build] = /^([\d.]+)(?:-([^+]+))?(?:\+(.+))?$/.exec(version)!;
  const numbers = core!.split('.').map(numberKey).join('');
  // `~` stands behind `-`, so a pre-release comes before its release; `!` before every identifier, so the shorter list comes first.
  return Buffer.from(`${numbers}${pre ? `-${identifiersKey(pre)}` : '~'}!${build ? `+${identifiersKey(build)}` : ''}`);
}

export const isPrerelease = (version: string): boolean => version.split('+', 1)[0]!.includes('-');

/** Numbers come before words, and each identifier ends with a byte that stands before all that it can hold. */
const identifiersKey = (identifiers: string): string =>
  identifiers
    .split('.')
    .map((identifier) => (/^\d+$/.test(identifier) ? `0${numberKey(identifier)} ` : `1${identifier} `))
    .join('');

/** Its length in front makes the longer number the larger one; only build metadata has leading zeros, and they decide between equals. */
function numberKey(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  const zeros = '0'.repeat(digits.length - significant.length);
  return `${String.fromCharCode(0x40 + significant.length)}${significant}${zeros}`;
}
