import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { numberOf } from '../../core/command/aggregate.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';
import { PushPackageReleaseInput, TagPackageReleaseInput } from './publish.inputs.js';
import { Publisher } from './publisher.js';

@Resolver()
export class PublishResolver {
  constructor(
    private readonly publisher: Publisher,
    private readonly versions: PackageVersionQueries,
  ) {}

  @Mutation()
  @Policy('registry:release:push')
  async pushPackageRelease(@Args('input') input: PushPackageReleaseInput, @Context() ctx: Ctx) {
    const releaseId = await this.publisher.push(input, ctx, input);
    const packageWebc = await ctx.packageReleases.load(String(numberOf(releaseId)));
    return { success: true, packageWebc, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('registry:version:publish')
  async tagPackageRelease(@Args('input') input: TagPackageReleaseInput, @Context() ctx: Ctx) {
    const number = decodeId('PackageWebc', input.packageReleaseId, 'packageReleaseId');
    const release = await ctx.packageReleases.load(String(number));
    const { packageId, version } = await this.publisher.tag(release, input, ctx, input);
    const packageVersion = await this.versions.exact(packageId, version);
    return { success: true, packageVersion, clientMutationId: input.clientMutationId };
  }
}
