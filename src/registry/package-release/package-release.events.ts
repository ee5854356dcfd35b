import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';
import type { OwnerId, PublishedCommand, PublishedModule, StoredFile } from '../package/package.events.js';

/** What a package file says of itself, as it was read when it was pushed: a file is read once. */
export type ReleaseContents = {
  name: string | null;
  version: string | null;
  description: string | null;
  homepage: string | null;
  repository: string | null;
  license: string | null;
  private: boolean;
  entrypoint: string | null;
  commands: PublishedCommand[];
  modules: PublishedModule[];
  /** `source` is what satisfies it, as the manifest says: `ns/name@^1.0`, a URL; null for a vendored package. */
  dependencies: { name: string; source: string | null }[];
  mounts: { path: string; volume: string; folder: string | null; dependency: string | null }[];
  /** The wasmer.toml of a tar.gz; a webc has none. */
  wasmerToml: string | null;
  readme: ReleaseText | null;
  licenseFile: ReleaseText | null;
};

/** A text of the file, where it lies in it, and its hash in the blob store. */
export type ReleaseText = { path: string; hash: string };

export type PackageReleaseEvent = Event<
  'registry.package-release.pushed',
  {
    number: number;
    ownerId: OwnerId;
    /** What the pusher calls the package, without its owner; null for one that has no name. */
    name: string | null;
    isPrivate: boolean;
    pusherId: string;
    file: StoredFile;
    /** The manifest of the webc as JSON; null for a tar.gz. */
    webcManifest: string | null;
    contents: ReleaseContents;
  }
>;

export const packageReleaseEvents = eventTypes<PackageReleaseEvent>({
  'registry.package-release.pushed': { version: 1 },
});
