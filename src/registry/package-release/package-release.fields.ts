import { ResolveField, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { FileUrls } from '../download/file-urls.js';
import { maySee } from '../package/package.queries.js';
import { webcImageOf } from '../package-version/webc-image.js';
import { refuse } from '../registry.errors.js';
import type { ReleaseNode } from './package-release.queries.js';

/** Only what differs from the row. */
@Resolver('PackageWebc')
export class PackageReleaseFields {
  constructor(private readonly urls: FileUrls) {}

  @ResolveField()
  id(release: ReleaseNode) {
    return encodeId('PackageWebc', release.number);
  }

  /** A release never changes. */
  @ResolveField()
  updatedAt(release: ReleaseNode) {
    return release.createdAt;
  }

  /** By this it can be asked for, and run. */
  @ResolveField()
  tag(release: ReleaseNode) {
    return `sha256:${release.hash}`;
  }

  /** While at least one version that was made of it is not archived, it is not either. */
  @ResolveField()
  async isArchived(release: ReleaseNode, _: unknown, ctx: Ctx) {
    const made = await ctx.versionsOfReleases.load(release.id);
    return made !== null && made.versions.every(({ isArchived }) => isArchived);
  }

  /** The package of the newest version that was made of it, of those that the caller may see. */
  @ResolveField()
  async package(release: ReleaseNode, _: unknown, ctx: Ctx) {
    const made = await ctx.versionsOfReleases.load(release.id);
    const nodes = await ctx.packages.loadMany((made?.versions ?? []).map(({ packageId }) => packageId));
    const node = nodes.find((each) => each !== null && maySee(ctx.actor, each));
    if (!node) throw refuse('PACKAGE_RELEASE_UNTAGGED');
    return node;
  }

  @ResolveField()
  publishedBy(release: ReleaseNode, _: unknown, ctx: Ctx) {
    return ctx.users.load(release.pusherId);
  }

  @ResolveField()
  piritaManifest(release: ReleaseNode) {
    return release.webcManifest;
  }

  @ResolveField()
  webcUrl(release: ReleaseNode) {
    return this.urls.ofRelease(release).url;
  }

  @ResolveField()
  webc(release: ReleaseNode) {
    return this.image(release, 'webc-v2');
  }

  @ResolveField()
  webcV3(release: ReleaseNode) {
    return this.image(release, 'webc-v3');
  }

  private image(release: ReleaseNode, format: ReleaseNode['format']) {
    return release.format === format ? webcImageOf(release, this.urls.ofRelease(release)) : null;
  }
}
