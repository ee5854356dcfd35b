import { aggregate, decides } from '../../core/command/aggregate.js';
import { command } from '../../core/command/command.js';
import { decision, type Claim, type Decision } from '../../core/command/decision.js';
import { refuse } from '../registry.errors.js';
import type { CheckedOwner } from '../package/package.commands.js';
import { packageReleaseEvents, type PackageReleaseEvent } from './package-release.events.js';
import { evolve, initialState, type PackageRelease } from './package-release.state.js';

export type PushedRelease = PackageReleaseEvent['data'];

export class PushPackageRelease extends command('PushPackageRelease') {
  constructor(
    readonly streamId: string,
    readonly push: { owner: CheckedOwner; release: PushedRelease },
  ) {
    super();
  }
}

/** A content is one release of its owner: who pushes it again, also at the same moment, gets the one that is there. */
export function pushPackageRelease(
  release: PackageRelease,
  { push }: PushPackageRelease,
): Decision<PackageReleaseEvent> {
  const { owner, release: pushed } = push;
  return decision<PackageReleaseEvent>(
    release.status === 'none' && {
      event: { type: 'registry.package-release.pushed', data: pushed },
      claims: { take: [packageReleaseClaim(pushed.ownerId, pushed.file.hash, pushed.isPrivate)] },
    },
    { require: { streamId: owner.id, version: owner.version } },
  );
}

/** One content can be pushed once as a secret and once for all; what is public then says nothing of the other. */
export const packageReleaseClaim = (ownerId: string, hash: string, isPrivate: boolean): Claim => ({
  kind: 'package-release',
  value: `${ownerId}/${isPrivate ? 'private' : 'public'}/${hash}`,
  taken: () => refuse('PACKAGE_RELEASE_EXISTS'),
});

export const packageReleaseAggregate = aggregate<PackageRelease, PackageReleaseEvent>({
  name: 'package-release',
  events: packageReleaseEvents,
  initialState,
  evolve,
  decisions: [decides(PushPackageRelease, pushPackageRelease)],
});
