import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { CommandBase } from '../../core/command/command.js';
import type { Ctx } from '../../core/graphql/context.js';
import type { MutationInput } from '../../core/graphql/mutation-input.js';
import { Policy } from '../../core/graphql/policy.js';
import { PictureStore } from '../../core/picture/picture-store.js';
import { ManagedPackages } from './managed-packages.js';
import { iconOf } from './package-icon.input.js';
import { ArchivePackage, ChangePackageIcon, MakePackagePublic } from './package.commands.js';
import { ArchivePackageInput, MakePackagePublicInput, UpdatePackageInput } from './package.inputs.js';
import { PackageQueries } from './package.queries.js';

/** What is changed of a package beside its versions. */
@Resolver()
export class PackageChangesResolver {
  constructor(
    private readonly managed: ManagedPackages,
    private readonly packages: PackageQueries,
    private readonly pictures: PictureStore,
  ) {}

  @Mutation()
  @Policy('registry:package:archive')
  async archivePackage(@Args('input') input: ArchivePackageInput, @Context() ctx: Ctx) {
    const { packageId, owner } = await this.managed.byGlobalId(input.packageId, 'packageId', ctx);
    const { isArchived = true } = input;
    return this.changed(new ArchivePackage(packageId, { owner, isArchived }), ctx, input);
  }

  @Mutation()
  @Policy('registry:package:make-public')
  async makePackagePublic(@Args('input') input: MakePackagePublicInput, @Context() ctx: Ctx) {
    const { packageId, owner } = await this.managed.byGlobalId(input.id, 'id', ctx);
    return this.changed(new MakePackagePublic(packageId, { owner }), ctx, input);
  }

  /** The right is asked for before the picture is looked at: that costs more. */
  @Mutation()
  @Policy('registry:package:update')
  async updatePackage(@Args('input') input: UpdatePackageInput, @Context() ctx: Ctx) {
    const { packageId, owner } = await this.managed.byGlobalId(input.packageId, 'packageId', ctx);
    const icon = await this.pictures.fromInput(iconOf(input));
    return this.changed(new ChangePackageIcon(packageId, { owner, icon }), ctx, input);
  }

  private async changed(command: CommandBase, ctx: Ctx, input: MutationInput) {
    const { streamId } = await ctx.execute(command, input);
    const [node] = await this.packages.byIds([streamId]);
    return { package: node, clientMutationId: input.clientMutationId };
  }
}
