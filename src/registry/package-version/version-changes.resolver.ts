import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { ArchivePackageVersion } from '../package/package.commands.js';
import { ManagedVersions } from './managed-versions.js';
import { PackageVersionQueries } from './package-version.queries.js';
import { ChangePackageVersionArchivedStatusInput, YankPackageVersionsInput } from './version-changes.inputs.js';
import { Yanking } from './yanking.js';

/** What becomes of a version after it was published; what it says never changes. */
@Resolver()
export class VersionChangesResolver {
  constructor(
    private readonly managed: ManagedVersions,
    private readonly versions: PackageVersionQueries,
    private readonly yanking: Yanking,
  ) {}

  @Mutation()
  @Policy('registry:version:yank')
  async yankPackageVersions(@Args('input') input: YankPackageVersionsInput, @Context() ctx: Ctx) {
    const changed = await this.yanking.yank(input, ctx);
    const rows = new Map((await this.versions.byNumbers([...changed])).map((row) => [row.number, row]));
    const named = new Set(input.packageVersionIds.map((id) => decodeId('PackageVersion', id)));
    const packageVersions = [...named].flatMap((number) => rows.get(number) ?? []);
    return { packageVersions, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('registry:version:archive')
  async changePackageVersionArchivedStatus(
    @Args('input') input: ChangePackageVersionArchivedStatusInput,
    @Context() ctx: Ctx,
  ) {
    const { packageId, owner, number } = await this.managed.byGlobalId(input.packageVersionId, 'packageVersionId', ctx);
    const { isArchived } = input;
    await ctx.execute(new ArchivePackageVersion(packageId, { owner, number, isArchived }), input);
    const [packageVersion] = await this.versions.byNumbers([number]);
    return { packageVersion, clientMutationId: input.clientMutationId };
  }
}
