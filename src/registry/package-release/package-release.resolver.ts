import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { maySee } from '../package/package.queries.js';
import { PackageReleaseQueries } from './package-release.queries.js';

@Resolver()
export class PackageReleaseResolver {
  constructor(private readonly releases: PackageReleaseQueries) {}

  /** Clients write a hash with its `sha256:` and without. */
  @Query()
  @Public('what was pushed for everybody; private releases are there only for who manages their owner')
  async getPackageRelease(@Args('hash') hash: string | null | undefined, @Context() { actor }: Ctx) {
    const digits = (hash ?? '').replace(/^sha256:/, '').toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(digits)) return null;
    const releases = await this.releases.byHash(digits);
    return releases.find((release) => maySee(actor, release)) ?? null;
  }
}
