import type { OwnerId, PackageEvent } from './package.events.js';

export type VersionState = {
  number: number;
  /** SHA-256 of its file. */
  hash: string;
  isYanked: boolean;
  isArchived: boolean;
};

export type ActivePackage = {
  status: 'active';
  name: string;
  ownerId: OwnerId;
  isPrivate: boolean;
  isArchived: boolean;
  icon: string | null;
  /** By the text of the version, which is unique for ever. */
  versions: Record<string, VersionState>;
};
export type Package = { status: 'none' } | ActivePackage;

export const initialState: Package = { status: 'none' };

export function evolve(state: Package, event: PackageEvent): Package {
  if (event.type === 'registry.package.created') {
    const { name, ownerId, isPrivate } = event.data;
    return { status: 'active', name, ownerId, isPrivate, isArchived: false, icon: null, versions: {} };
  }
  if (state.status !== 'active') return state;
  switch (event.type) {
    case 'registry.package.made-public':
      return { ...state, isPrivate: false };
    case 'registry.package.versions-made-public':
      return state;
    case 'registry.package.icon-changed':
      return { ...state, icon: event.data.icon };
    case 'registry.package.archived':
      return { ...state, isArchived: true };
    case 'registry.package.unarchived':
      return { ...state, isArchived: false };
    case 'registry.package.version-published': {
      const { number, version, file } = event.data;
      const published = { number, hash: file.hash, isYanked: false, isArchived: false };
      return { ...state, versions: { ...state.versions, [version]: published } };
    }
    case 'registry.package.version-yanked':
      return withVersion(state, event.data.number, { isYanked: true });
    case 'registry.package.version-unyanked':
      return withVersion(state, event.data.number, { isYanked: false });
    case 'registry.package.version-archived':
      return withVersion(state, event.data.number, { isArchived: true });
    case 'registry.package.version-unarchived':
      return withVersion(state, event.data.number, { isArchived: false });
  }
}

/** The version with this number, and its text. */
export function versionOf(state: ActivePackage, number: number): [text: string, VersionState] | undefined {
  return Object.entries(state.versions).find(([, version]) => version.number === number);
}

function withVersion(state: ActivePackage, number: number, change: Partial<VersionState>): ActivePackage {
  const found = versionOf(state, number);
  if (!found) return state;
  const [text, version] = found;
  return { ...state, versions: { ...state.versions, [text]: { ...version, ...change } } };
}
