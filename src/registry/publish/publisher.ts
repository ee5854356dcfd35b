import { Injectable } from '@nestjs/common';
import { OwnerCheck, type ActingOwner } from '../../accounts/index.js';
import { numberOf } from '../../core/command/aggregate.js';
import type { Executed } from '../../core/command/executor.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import type { Refusal } from '../../core/errors/refusal.js';
import { assertStorable } from '../../core/event-store/text.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { PictureStore } from '../../core/picture/picture-store.js';
import { iconOf } from '../package/package-icon.input.js';
import { assertPackageName } from '../package/package-name.js';
import { assertPublishable, PublishPackageVersion } from '../package/package.commands.js';
import type { PublishedVersion } from '../package/package.events.js';
import { initialState as noPackage } from '../package/package.state.js';
import { PackageStreams } from '../package/package-streams.js';
import { maySee } from '../package/package.queries.js';
import type { ReleaseNode } from '../package-release/package-release.queries.js';
import { refuse } from '../registry.errors.js';
import { parseVersion } from '../version/version.js';
import { publishedFacts, type PublishedFacts, type PublisherInputWithIcon } from './manifest.js';
import { publishedVersion } from './published-version.js';
import { Releases, type Pushed } from './releases.js';
import type { ReadFile } from './sent-files.js';

/** What can be known of a publish before its file is taken. */
type Checked = {
  owner: ActingOwner;
  name: string;
  version: string;
  /** Null: the package is new. */
  packageId: string | null;
  /** Also what joins a private package without a word of it. */
  isPrivate: boolean;
  facts: PublishedFacts;
  /** Hash of the picture that the package gets; undefined leaves it as it is. */
  icon: string | undefined;
};

/** By these a version is found. */
export type PublishedAt = { packageId: string; version: string };

/** `releaseId` is the stream of the release; `version` null for what was only pushed. */
export type PublishedFile = { releaseId: string; version: PublishedAt | null };

/** From a file to a version that everybody can run. */
@Injectable()
export class Publisher {
  constructor(
    private readonly packages: PackageStreams,
    private readonly owners: OwnerCheck,
    private readonly releases: Releases,
    private readonly pictures: PictureStore,
  ) {}

  /**
   * @param read reads the file, once it is known that the caller may push it
   * @returns the stream of the release. @throws Refusal OWNER_NOT_FOUND, INVALID_PACKAGE_NAME, and what `read` throws
   */
  async push(
    said: { name?: string; namespace: string; private?: boolean },
    read: () => Promise<ReadFile>,
    ctx: Ctx,
    input?: object,
  ): Promise<string> {
    const { userId } = callerOf(ctx);
    const owner = await this.ownerOf(said.namespace, ctx);
    if (said.name) assertPackageName(said.name, 'name');
    const pusher = { userId, owner, name: said.name || null, isPrivate: said.private ?? false };
    return this.releases.push(await read(), pusher, ctx.execute, input);
  }

  /** Makes a version of a release. @throws Refusal that says what forbids it; nothing is stored then */
  async tag(release: ReleaseNode | null, said: PublisherInputWithIcon, ctx: Ctx, input?: object): Promise<PublishedAt> {
    if (!release || !maySee(ctx.actor, release)) {
      throw refuse('PACKAGE_RELEASE_NOT_FOUND', { field: 'packageReleaseId' });
    }
    const pushed = await this.releases.pushed(release.id);
    const checked = await this.check(publishedFacts(said, pushed.file, 'tag'), said, ctx);
    return this.publish(checked, pushed, ctx, input);
  }

  /** As pushAndTag; what has neither name nor version is only pushed, and known by its hash. */
  async publishFile(read: ReadFile, said: PublisherInputWithIcon, ctx: Ctx, input?: object): Promise<PublishedFile> {
    const facts = publishedFacts(said, read.file, 'publish');
    if (facts.name === null && facts.version === null) {
      const owner = await this.ownerOf(facts.owner, ctx);
      const pusher = { userId: callerOf(ctx).userId, owner, name: null, isPrivate: facts.private };
      return { releaseId: await this.releases.push(read, pusher, ctx.execute, input), version: null };
    }
    const { releaseId, ...version } = await this.pushAndTag(read, said, ctx, input);
    return { releaseId, version };
  }

  /**
   * Push and tag in one, of a file that was read.
   * @throws Refusal that says what forbids it; when it is another publish at the same moment, the release stays
   */
  async pushAndTag(
    read: ReadFile,
    said: PublisherInputWithIcon,
    ctx: Ctx,
    input?: object,
  ): Promise<PublishedAt & { releaseId: string }> {
    const { userId } = callerOf(ctx);
    const checked = await this.check(publishedFacts(said, read.file, 'publish'), said, ctx);
    const { owner, name, isPrivate } = checked;
    const releaseId = await this.releases.push(read, { userId, owner, name, isPrivate }, ctx.execute);
    const pushed = await this.releases.pushed(releaseId);
    return { ...(await this.publish(checked, pushed, ctx, input)), releaseId };
  }

  private async check(facts: PublishedFacts, said: PublisherInputWithIcon, ctx: Ctx): Promise<Checked> {
    const { name, version } = facts;
    if (name === null) throw refuseInput('BAD_USER_INPUT', { field: 'name', rule: 'not empty' });
    if (version === null || !parseVersion(version)) throw refuse('INVALID_VERSION', { field: 'version' });
    const owner = await this.ownerOf(facts.owner, ctx);
    assertPackageName(name, 'name');
    assertStorableFacts(facts);
    const packageId = await this.packages.find(owner.id, name);
    if (packageId === null) await this.packages.assertNoLookalike(owner.id, name);
    const state = packageId === null ? noPackage : await this.packages.load(packageId);
    assertPublishable(state, { owner, wanted: wantedOf(name, facts), version });
    const isPrivate = facts.private || (state.status === 'active' && state.isPrivate);
    return { owner, name, version, packageId, isPrivate, facts, icon: await this.iconOf(said) };
  }

  private async publish(checked: Checked, pushed: Pushed, ctx: Ctx, input?: object): Promise<PublishedAt> {
    const { owner, name, packageId, facts, icon } = checked;
    const version = await this.versionOf(checked, pushed, callerOf(ctx).userId);
    const wanted = wantedOf(name, facts);
    const publishTo = async (streamId: string) => {
      const publish = { owner, package: { ...wanted, number: numberOf(streamId) }, version, icon };
      return ctx.execute(new PublishPackageVersion(streamId, publish), input);
    };
    const executed = packageId === null ? await this.publishNew(owner, name, publishTo) : await publishTo(packageId);
    return { packageId: executed.streamId, version: version.version };
  }

  /** An empty text says nothing here. */
  private async iconOf(said: PublisherInputWithIcon): Promise<string | undefined> {
    return (await this.pictures.fromInput(iconOf({ ...said, icon: said.icon || undefined }))) ?? undefined;
  }

  private async versionOf({ version, facts }: Checked, pushed: Pushed, userId: string): Promise<PublishedVersion> {
    const { releaseId, release } = pushed;
    const [texts, number] = await Promise.all([this.releases.storeTexts(facts), this.packages.drawVersionNumber()]);
    const at = { id: releaseId, number: release.number, file: release.file };
    return publishedVersion({ number, version, release: at, publisherId: userId }, facts, texts);
  }

  /** Of two that publish the first version of a package at the same moment, the second one publishes to the package of the first. */
  private async publishNew(
    owner: ActingOwner,
    name: string,
    publishTo: (packageId: string) => Promise<Executed>,
  ): Promise<Executed> {
    try {
      return await publishTo(await this.packages.create());
    } catch (error) {
      const winner = (error as Refusal).code === 'PACKAGE_NAME_TAKEN' && (await this.packages.find(owner.id, name));
      if (!winner) throw error;
      return publishTo(winner);
    }
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

/**
 * As the append does, but before: then the file would be a release already. Long texts are blobs, which hold anything.
 * @throws Refusal INVALID_TEXT with the field
 */
function assertStorableFacts(facts: PublishedFacts): void {
  assertStorable({ ...facts, readme: null, licenseFile: null }, '');
}

/** Nobody says that a package is to be public: that is what is left when nobody calls it private. */
const wantedOf = (name: string, facts: PublishedFacts) => ({ name, isPrivate: facts.private || undefined });
