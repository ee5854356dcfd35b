import { Injectable } from '@nestjs/common';
import { streamIdOf } from '../../core/command/aggregate.js';
import type { Executed } from '../../core/command/executor.js';
import { StreamReader } from '../../core/command/stream-reader.js';
import { claimKey } from '../../core/event-store/claims.js';
import { EventStore } from '../../core/event-store/event-store.js';
import { packageLook, packageName } from './package-name.js';
import { packageAggregate } from './package.commands.js';
import type { PublishedVersion } from './package.events.js';
import type { Package } from './package.state.js';

/** Packages as the log has them: for who writes, a read model may be late. */
@Injectable()
export class PackageStreams {
  constructor(
    private readonly store: EventStore,
    private readonly reader: StreamReader,
  ) {}

  /** The stream of the package that has this name now, in any case; null when the name is free. */
  find(ownerId: string, name: string): Promise<string | null> {
    const { kind, value } = packageName(ownerId, name);
    return this.store.ownerOfClaim(claimKey(kind, value));
  }

  /** For a name that no package has: asked before anything is stored, as the claim is only taken with the first version. @throws Refusal PACKAGE_NAME_TAKEN */
  async assertNoLookalike(ownerId: string, name: string): Promise<void> {
    const { kind, value, taken } = packageLook(ownerId, name);
    if ((await this.store.ownerOfClaim(claimKey(kind, value))) !== null) throw taken();
  }

  async load(packageId: string): Promise<Package> {
    return (await this.reader.load(packageAggregate, packageId)).state;
  }

  /** What a command that published a version published, also long ago. */
  async publishedBy({ streamId, version, position }: Executed): Promise<PublishedVersion> {
    const span = { afterVersion: version - 1, upToPosition: position };
    // The version is the last of the facts that the command writes.
    const [event] = await this.reader.read(packageAggregate, streamId, span);
    return event!.data as PublishedVersion;
  }

  /** The stream of a package that is to be. */
  async create(): Promise<string> {
    return streamIdOf('package', await this.store.drawNumber('Package'));
  }

  drawVersionNumber(): Promise<number> {
    return this.store.drawNumber('PackageVersion');
  }
}
