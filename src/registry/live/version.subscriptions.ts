import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { PublishedVersions, type WantedVersions } from './published-versions.js';
import { VersionReadiness } from './version-readiness.js';

/** Each answer is what the source gives, not a field of it. */
const asItIs = { resolve: (answer: unknown) => answer };

@Resolver()
export class VersionSubscriptions {
  constructor(
    private readonly published: PublishedVersions,
    private readonly readiness: VersionReadiness,
  ) {}

  @Subscription('packageVersionCreated', asItIs)
  @Public('packages are public, but for private ones, of whose versions only who manages their owner hears')
  packageVersionCreated(
    @Args() wanted: WantedVersions,
    @Context() ctx: Ctx,
  ): Promise<AsyncIterableIterator<PackageVersionRow>> {
    return this.published.follow(wanted, ctx);
  }

  @Subscription('packageVersionReady', asItIs)
  @Public('as node(id), which finds the same versions')
  packageVersionReady(@Args('packageVersionId') id: string, @Context() ctx: Ctx) {
    return this.readiness.of(id, ctx);
  }
}
