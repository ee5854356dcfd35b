import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { ChangeFeeds, type FeedArgs } from './change-feeds.js';

@Resolver()
export class ChangeFeedsResolver {
  constructor(private readonly feeds: ChangeFeeds) {}

  @Query()
  @Public('what everybody may see of packages, and the private ones of the caller')
  allPackageVersions(@Args() args: FeedArgs, @Context() { actor }: Ctx) {
    return this.feeds.versions(args, actor);
  }

  @Query()
  @Public('what everybody may see of releases, and the private ones of the caller')
  allPackageReleases(@Args() args: FeedArgs, @Context() { actor }: Ctx) {
    return this.feeds.releases(args, actor);
  }
}
