import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { PackageLists } from './package-lists.js';
import { VersionLists } from './version-lists.js';

const visible = 'packages are public, but for private ones, which are there only for who manages their owner';

@Resolver()
export class ListsResolver {
  constructor(
    private readonly packageLists: PackageLists,
    private readonly versionLists: VersionLists,
  ) {}

  @Query()
  @Public(visible)
  packages(@Args() page: PageArgs, @Context() { actor }: Ctx) {
    return this.packageLists.all(actor, page);
  }

  @Query()
  @Public(visible)
  recentPackageVersions(
    @Args() { curated, ...page }: PageArgs & { curated?: boolean | null },
    @Context() { actor }: Ctx,
  ) {
    return this.versionLists.recent(actor, { ...page, curated: curated ?? false });
  }
}
