import { Injectable } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import { NodeRegistry } from '../../core/graphql/node/node-registry.js';
import { withPackage } from '../package/package.fields.js';
import { maySee } from '../package/package.queries.js';
import type { ReleaseNode } from '../package-release/package-release.queries.js';
import type { VersionNode } from '../package-version/version-node.js';
import { refuse } from '../registry.errors.js';

type Named = ({ __typename: 'PackageVersion' } & VersionNode) | ({ __typename: 'PackageWebc' } & ReleaseNode);
type Ready = { of: Named; state: 'WEBC_GENERATED'; success: true };

/** Tells who waits for a version what is there of it. */
@Injectable()
export class VersionReadiness {
  constructor(private readonly nodes: NodeRegistry) {}

  /**
   * One answer, for a version is there only after its file (`publish/`), and the end: some clients wait for it, others for the state.
   * @param id of a version; some clients send that of its release
   * @throws Refusal PACKAGE_VERSION_NOT_FOUND, also for a version that the caller may not see
   */
  async of(id: string, ctx: Ctx): Promise<AsyncGenerator<Ready>> {
    const [found] = (await this.nodes.find([id], ctx)) as (Named | null)[];
    if (found?.__typename !== 'PackageVersion' && found?.__typename !== 'PackageWebc') {
      throw refuse('PACKAGE_VERSION_NOT_FOUND', { field: 'packageVersionId' });
    }
    return once({ of: found, state: 'WEBC_GENERATED', success: true });
  }
}

/** It never waits, so it may be a generator. */
async function* once(ready: Ready): AsyncGenerator<Ready> {
  yield ready;
}

@Resolver('PackageVersionReadyResponse')
export class ReadyResponseFields {
  @ResolveField()
  packageVersion({ of: named }: Ready, _: unknown, ctx: Ctx): VersionNode | Promise<VersionNode> {
    return named.__typename === 'PackageVersion' ? named : newestOf(named, ctx);
  }
}

/** @throws Refusal PACKAGE_RELEASE_UNTAGGED when the caller sees no version of it */
async function newestOf({ id }: ReleaseNode, ctx: Ctx): Promise<PackageVersionRow> {
  const made = (await ctx.versionsOfReleases.load(id))?.versions ?? [];
  const nodes = await ctx.packages.loadMany(made.map(({ packageId }) => packageId));
  const at = nodes.findIndex((node) => node !== null && maySee(ctx.actor, node));
  if (at < 0) throw refuse('PACKAGE_RELEASE_UNTAGGED');
  return withPackage(made[at]!, nodes[at]!)!;
}
