import { Injectable } from '@nestjs/common';
import semver from 'semver';
import { OwnerCheck, type ActingOwner } from '../../accounts/index.js';
import type { Executed } from '../../core/command/executor.js';
import type { Refusal } from '../../core/errors/refusal.js';
import { numberOf, streamIdOf } from '../../core/command/aggregate.js';
import { StreamReader } from '../../core/command/stream-reader.js';
import { claimKey } from '../../core/event-store/claims.js';
import { EventStore } from '../../core/event-store/event-store.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { assertPackageName, packageName } from '../package/package-name.js';
import { assertPublishable, packageAggregate, PublishPackageVersion } from '../package/package.commands.js';
import type { PublishedVersion } from '../package/package.events.js';
import { maySee } from '../package/package.queries.js';
import { packageReleaseAggregate } from '../package-release/package-release.commands.js';
import type { ReleaseNode } from '../package-release/package-release.queries.js';
import { refuse } from '../registry.errors.js';
import { packageTarget } from './package-target.js';
import { publishedFacts } from './published-facts.js';
import { PublishedTexts } from './published-texts.js';
import { Releases } from './releases.js';
import type { SaidOfVersion } from './said-of-version.js';

/** What can be known of a publish before a file is taken. `streamId` null: the package is new. */
type Checked = { owner: ActingOwner; name: string; streamId: string | null };

/** By these a version is found, also after a repeat. */
export type PublishedAt = { packageId: string; version: string };

/** From a file to a version that everybody can run. Used by the API and by the operator's commands alike. */
@Injectable()
export class Publisher {
  constructor(
    private readonly store: EventStore,
    private readonly reader: StreamReader,
    private readonly texts: PublishedTexts,
    private readonly owners: OwnerCheck,
    private readonly releases: Releases,
  ) {}

  /** @returns the stream of the release. @throws Refusal OWNER_NOT_FOUND, INVALID_PACKAGE_NAME, UPLOAD_…, PACKAGE_… */
  async push(
    said: { name?: string; namespace: string; private?: boolean; signedUrl: string },
    ctx: Ctx,
    input?: object,
  ): Promise<string> {
    const { userId } = callerOf(ctx);
    const owner = await this.ownerOf(said.namespace, ctx);
    if (said.name) assertPackageName(said.name, 'name');
    const read = await this.releases.read(said.signedUrl, userId);
    const pusher = { userId, owner, name: said.name || null, isPrivate: said.private ?? false };
    return this.releases.push(read, pusher, ctx.execute, input);
  }

  /** Makes a version of a release. @throws Refusal that says what forbids it; nothing is stored then */
  async tag(release: ReleaseNode | null, said: SaidOfVersion, ctx: Ctx, input?: object): Promise<PublishedAt> {
    if (!release || !maySee(ctx.actor, release)) {
      throw refuse('PACKAGE_RELEASE_NOT_FOUND', { field: 'packageReleaseId' });
    }
    const checked = await this.check(said, ctx);
    return this.publish(checked, release.id, said, ctx, input);
  }

  /** Push and tag in one. @throws Refusal that says what forbids it; when it is another publish at the same moment, the release stays */
  async pushAndTag(
    said: SaidOfVersion & { signedUrl: string },
    ctx: Ctx,
    input?: object,
  ): Promise<PublishedAt & { releaseId: string }> {
    const { userId } = callerOf(ctx);
    const checked = await this.check(said, ctx);
    const read = await this.releases.read(said.signedUrl, userId);
    const pusher = { userId, owner: checked.owner, name: checked.name, isPrivate: said.private ?? false };
    const releaseId = await this.releases.push(read, pusher, ctx.execute);
    return { ...(await this.publish(checked, releaseId, said, ctx, input)), releaseId };
  }

  private async check(said: SaidOfVersion, ctx: Ctx): Promise<Checked> {
    const { owner: ownerName, name } = packageTarget(said);
    if (!semver.parse(said.version)) throw refuse('INVALID_VERSION', { field: 'version' });
    const owner = await this.ownerOf(ownerName, ctx);
    assertPackageName(name, 'name');
    const streamId = await this.find(owner, name);
    if (streamId === null) return { owner, name, streamId };
    const { state } = await this.reader.load(packageAggregate, streamId);
    assertPublishable(state, { owner, wanted: { name, isPrivate: said.private }, version: said.version });
    return { owner, name, streamId };
  }

  private async publish(
    { owner, name, streamId }: Checked,
    releaseId: string,
    said: SaidOfVersion,
    ctx: Ctx,
    input?: object,
  ): Promise<PublishedAt> {
    const { userId } = callerOf(ctx);
    const pushed = (await this.reader.readFirst(packageReleaseAggregate, [releaseId])).get(releaseId)!.data;
    const texts = await this.texts.store(said, pushed.contents);
    const version: PublishedVersion = {
      ...publishedFacts(said, pushed),
      ...texts,
      number: await this.store.drawNumber('PackageVersion'),
      version: said.version,
      releaseId,
      releaseNumber: pushed.number,
      publisherId: userId,
      file: pushed.file,
    };
    const wanted = { name, isPrivate: said.private };
    const publishTo = async (packageId: string) => {
      const publish = { owner, package: { ...wanted, number: numberOf(packageId) }, version };
      return ctx.execute(new PublishPackageVersion(packageId, publish), input);
    };
    const executed = await this.orToWinner(streamId, owner, name, publishTo);
    return { packageId: executed.streamId, version: said.version };
  }

  /** Of two that publish the first version of a package at the same moment, the second one publishes to the package of the first. */
  private async orToWinner(
    streamId: string | null,
    owner: ActingOwner,
    name: string,
    publishTo: (packageId: string) => Promise<Executed>,
  ): Promise<Executed> {
    if (streamId !== null) return publishTo(streamId);
    try {
      return await publishTo(streamIdOf('package', await this.store.drawNumber('Package')));
    } catch (error) {
      const winner = (error as Refusal).code === 'PACKAGE_NAME_TAKEN' && (await this.find(owner, name));
      if (!winner) throw error;
      return publishTo(winner);
    }
  }

  /** The package that has this name now, in any case. */
  private find(owner: ActingOwner, name: string): Promise<string | null> {
    const { kind, value } = packageName(owner.id, name);
    return this.store.ownerOfClaim(claimKey(kind, value));
  }

  /** @param name null for the caller itself */
  private async ownerOf(name: string | null, ctx: Ctx): Promise<ActingOwner> {
    const owner =
      name === null
        ? await this.owners.byId(ctx.actor, 'PUBLISH_PACKAGE', callerOf(ctx).userId)
        : await this.owners.byName(ctx.actor, 'PUBLISH_PACKAGE', name);
    if (!owner) throw refuse('OWNER_NOT_FOUND', { field: 'namespace' });
    return owner;
  }
}
