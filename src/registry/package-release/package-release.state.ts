import type { OwnerId, StoredFile } from '../package/package.events.js';
import type { PackageReleaseEvent } from './package-release.events.js';

export type PackageRelease =
  { status: 'none' } | { status: 'pushed'; number: number; ownerId: OwnerId; file: StoredFile; isPrivate: boolean };

export const initialState: PackageRelease = { status: 'none' };

export function evolve(_: PackageRelease, event: PackageReleaseEvent): PackageRelease {
  const { number, ownerId, file, isPrivate } = event.data;
  return { status: 'pushed', number, ownerId, file, isPrivate };
}
