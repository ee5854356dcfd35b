import { aggregate, decides } from '../../core/command/aggregate.js';
import { command } from '../../core/command/command.js';
import { decision, type Decision, type Fact } from '../../core/command/decision.js';
import { skeletonOf } from '../../core/event-store/claims.js';
import type { Condition } from '../../core/event-store/types.js';
import { refuse } from '../registry.errors.js';
import { registryLimits } from '../registry.limits.js';
import { packageEvents, type OwnerId, type PackageEvent, type PublishedVersion } from './package.events.js';
import { assertPackageName, packageNameClaims } from './package-name.js';
import {
  evolve,
  initialState,
  versionOf,
  type ActivePackage,
  type Package,
  type VersionState,
} from './package.state.js';

/**
 * The owner as it stood when it was checked that the caller may act under its name. The append requires that it still stands so: whoever
 * has lost a namespace in between publishes nothing to it.
 */
export type CheckedOwner = { id: OwnerId; version: number };

/** `isPrivate` undefined says nothing: a new package is then public, any other stays as it is. */
export type WantedPackage = { name: string; isPrivate: boolean | undefined };

export class PublishPackageVersion extends command('PublishPackageVersion') {
  constructor(
    readonly streamId: string,
    readonly publish: {
      owner: CheckedOwner;
      package: WantedPackage & { number: number };
      version: PublishedVersion;
      /** Hash of a picture that comes with the version; undefined leaves the package's as it is. */
      icon?: string;
    },
  ) {
    super();
  }
}

export class YankPackageVersions extends command('YankPackageVersions') {
  constructor(
    readonly streamId: string,
    readonly yank: { owner: CheckedOwner; numbers: readonly number[]; reason: string | null; undo: boolean },
  ) {
    super();
  }
}

export class ArchivePackage extends command('ArchivePackage') {
  constructor(
    readonly streamId: string,
    readonly change: { owner: CheckedOwner; isArchived: boolean },
  ) {
    super();
  }
}

export class ArchivePackageVersion extends command('ArchivePackageVersion') {
  constructor(
    readonly streamId: string,
    readonly change: { owner: CheckedOwner; number: number; isArchived: boolean },
  ) {
    super();
  }
}

export class ChangePackageIcon extends command('ChangePackageIcon') {
  constructor(
    readonly streamId: string,
    /** Undefined says nothing, null clears it. */
    readonly change: { owner: CheckedOwner; icon: string | null | undefined },
  ) {
    super();
  }
}

export class MakePackagePublic extends command('MakePackagePublic') {
  constructor(
    readonly streamId: string,
    readonly change: { owner: CheckedOwner },
  ) {
    super();
  }
}

/** The first version makes the package, and decides whether it is private. */
export function publishPackageVersion(state: Package, { publish }: PublishPackageVersion): Decision<PackageEvent> {
  const { package: wanted, version, owner, icon } = publish;
  assertPublishable(state, { owner, wanted, version: version.version });
  const iconNow = state.status === 'none' ? null : state.icon;
  return decision<PackageEvent>(
    state.status === 'none' && created(publish),
    icon !== undefined && icon !== iconNow && iconChanged(icon),
    { event: { type: 'registry.package.version-published', data: version } },
    stillOwned(owner),
  );
}

/** Whether a version can be published as things stand: asked before a file is taken, too. @throws Refusal that says what forbids it */
export function assertPublishable(
  state: Package,
  { owner, wanted, version }: { owner: CheckedOwner; wanted: WantedPackage; version: string },
): void {
  assertPackageName(wanted.name, 'name');
  if (state.status === 'none') return;
  if (state.ownerId !== owner.id) throw refuse('PACKAGE_NOT_FOUND', { field: 'name' });
  // A package is found by its name in any case, but published to only as it is written.
  if (state.name !== wanted.name)
    throw refuse('PACKAGE_NAME_TAKEN', { field: 'name', rule: `written as ${state.name}` });
  const there = state.versions[version];
  if (there) throw refuse('PACKAGE_VERSION_EXISTS', { field: 'version', sha256: there.hash });
  if (state.isArchived) throw refuse('PACKAGE_IS_ARCHIVED', { field: 'name' });
  if (wanted.isPrivate === true && !state.isPrivate) throw refuse('PACKAGE_IS_PUBLIC', { field: 'private' });
  const most = registryLimits.versionsPerPackage;
  if (Object.keys(state.versions).length >= most) throw refuse('TOO_MANY_VERSIONS', { field: 'version', most });
}

/** Versions whose state is the wanted one already are left alone. */
export function yankPackageVersions(state: Package, { yank }: YankPackageVersions): Decision<PackageEvent> {
  const current = existing(state, yank.owner);
  const versions = yank.numbers.map((number) => versionIn(current, number));
  const changing = versions.filter(({ isYanked }) => isYanked === yank.undo);
  const facts = changing.map(({ number }): Fact<PackageEvent> => {
    if (yank.undo) return { event: { type: 'registry.package.version-unyanked', data: { number } } };
    return { event: { type: 'registry.package.version-yanked', data: { number, reason: yank.reason } } };
  });
  return decision<PackageEvent>(...facts, stillOwned(yank.owner));
}

export function archivePackage(state: Package, { change }: ArchivePackage): Decision<PackageEvent> {
  const { isArchived } = existing(state, change.owner);
  const type = change.isArchived ? 'registry.package.archived' : 'registry.package.unarchived';
  return decision<PackageEvent>(
    change.isArchived !== isArchived && { event: { type, data: {} } },
    stillOwned(change.owner),
  );
}

export function archivePackageVersion(state: Package, { change }: ArchivePackageVersion): Decision<PackageEvent> {
  const { number, isArchived } = versionIn(existing(state, change.owner), change.number);
  const type = change.isArchived ? 'registry.package.version-archived' : 'registry.package.version-unarchived';
  return decision<PackageEvent>(
    change.isArchived !== isArchived && { event: { type, data: { number } } },
    stillOwned(change.owner),
  );
}

export function changePackageIcon(state: Package, { change }: ChangePackageIcon): Decision<PackageEvent> {
  const { icon } = existing(state, change.owner);
  return decision<PackageEvent>(
    change.icon !== undefined && change.icon !== icon && iconChanged(change.icon),
    stillOwned(change.owner),
  );
}

/** There is no way back: what was public was copied. */
export function makePackagePublic(state: Package, { change }: MakePackagePublic): Decision<PackageEvent> {
  const { isPrivate, versions } = existing(state, change.owner);
  const numbers = Object.values(versions).map(({ number }) => number);
  return decision<PackageEvent>(
    isPrivate && { event: { type: 'registry.package.made-public', data: {} } },
    isPrivate && { event: { type: 'registry.package.versions-made-public', data: { numbers } } },
    stillOwned(change.owner),
  );
}

function created({
  owner,
  package: { number, name, isPrivate },
}: PublishPackageVersion['publish']): Fact<PackageEvent> {
  return {
    event: {
      type: 'registry.package.created',
      data: { number, name, skeleton: skeletonOf(name), ownerId: owner.id, isPrivate: isPrivate ?? false },
    },
    claims: { take: packageNameClaims(owner.id, name) },
  };
}

const iconChanged = (icon: string | null): Fact<PackageEvent> => ({
  event: { type: 'registry.package.icon-changed', data: { icon } },
});

/** Packages may change hands one day: who was checked must be who owns it now. */
function existing(state: Package, owner: CheckedOwner): ActivePackage {
  if (state.status === 'none' || state.ownerId !== owner.id) throw refuse('PACKAGE_NOT_FOUND');
  return state;
}

function versionIn(state: ActivePackage, number: number): VersionState {
  const found = versionOf(state, number);
  if (!found) throw refuse('PACKAGE_VERSION_NOT_FOUND');
  return found[1];
}

const stillOwned = ({ id, version }: CheckedOwner): { require: Condition } => ({ require: { streamId: id, version } });

export const packageAggregate = aggregate<Package, PackageEvent>({
  name: 'package',
  events: packageEvents,
  initialState,
  evolve,
  decisions: [
    decides(PublishPackageVersion, publishPackageVersion),
    decides(YankPackageVersions, yankPackageVersions),
    decides(ArchivePackage, archivePackage),
    decides(ArchivePackageVersion, archivePackageVersion),
    decides(ChangePackageIcon, changePackageIcon),
    decides(MakePackagePublic, makePackagePublic),
  ],
  // A version's event has some kilobytes, its state a hundred bytes.
  snapshot: { stateVersion: 1, everyEvents: 50 },
});
