import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { FileUrls } from '../download/file-urls.js';
import { webcImageOf } from '../package-version/webc-image.js';
import { PackageReleaseLookup } from './package-release.lookup.js';

const visible = 'what was pushed for everybody; private releases are there only for who manages their owner';

@Resolver()
export class PackageReleaseResolver {
  constructor(
    private readonly lookup: PackageReleaseLookup,
    private readonly urls: FileUrls,
  ) {}

  @Query()
  @Public(visible)
  getPackageRelease(@Args('hash') hash: string | null | undefined, @Context() ctx: Ctx) {
    return hash ? this.lookup.byHash(hash, ctx) : null;
  }

  /** A release is known by its hash alone; the name says nothing more. */
  @Query()
  @Public(visible)
  getPackageHash(@Args('hash') hash: string, @Context() ctx: Ctx) {
    return this.lookup.byHash(hash, ctx);
  }

  @Query()
  @Public(visible)
  async getWebcImage(@Args('hash') hash: string, @Context() ctx: Ctx) {
    const release = await this.lookup.byHash(hash, ctx);
    return release && webcImageOf(release, this.urls.ofRelease(release));
  }
}
