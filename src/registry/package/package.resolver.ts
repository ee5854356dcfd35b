import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { withPackage } from './package.fields.js';
import { maySee, PackageQueries, type PackageNode } from './package.queries.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';

@Resolver()
export class PackageResolver {
  constructor(
    private readonly packages: PackageQueries,
    private readonly versions: PackageVersionQueries,
  ) {}

  @Query()
  @Public('packages are public, but for private ones, which are there only for who manages their owner')
  getPackage(@Args('name') name: string, @Context() ctx: Ctx) {
    return this.visible(name, ctx);
  }

  @Query()
  @Public('as getPackage')
  async getPackageVersion(
    @Args('name') name: string,
    @Args('version') version: string | null | undefined,
    @Context() ctx: Ctx,
  ) {
    const node = await this.visible(name, ctx);
    if (!node) return null;
    const wanted = version ?? 'latest';
    const found =
      wanted === 'latest' ? await this.versions.latest(node.id) : await this.versions.exact(node.id, wanted);
    return withPackage(found, node);
  }

  /** @param fullName `ns/name`; nothing else names a package */
  private async visible(fullName: string, { actor }: Ctx): Promise<PackageNode | null> {
    const [owner, name, ...more] = fullName.split('/');
    if (!owner || !name || more.length > 0) return null;
    const node = await this.packages.byFullName(owner, name);
    return node && maySee(actor, node) ? node : null;
  }
}
