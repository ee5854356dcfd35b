import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { refuse } from '../../core/errors/core.errors.js';
import type { Ctx } from '../../core/graphql/context.js';
import { typed } from '../../core/graphql/node/typed.js';
import { Public } from '../../core/graphql/policy.js';
import { PackageReleaseLookup } from '../package-release/package-release.lookup.js';
import { registryLimits } from '../registry.limits.js';
import { PackageLookup } from './package-lookup.js';

const visible = 'packages are public, but for private ones, which are there only for who manages their owner';

@Resolver()
export class PackageResolver {
  constructor(
    private readonly lookup: PackageLookup,
    private readonly releases: PackageReleaseLookup,
  ) {}

  @Query()
  @Public(visible)
  getPackage(@Args('name') name: string, @Context() ctx: Ctx) {
    return this.lookup.package(name, ctx);
  }

  @Query()
  @Public(visible)
  getPackages(@Args('names') names: string[], @Context() ctx: Ctx) {
    assertFew(names);
    return this.lookup.packagesOf(names, ctx);
  }

  @Query()
  @Public(visible)
  getPackageVersion(
    @Args('name') name: string,
    @Args('version') version: string | null | undefined,
    @Context() ctx: Ctx,
  ) {
    return this.lookup.version(name, version ?? 'latest', ctx);
  }

  @Query()
  @Public(visible)
  getPackageVersions(@Args('names') names: string[], @Context() ctx: Ctx) {
    assertFew(names);
    return this.lookup.versionsOf(names, 'request', ctx);
  }

  @Query()
  @Public(visible)
  getPackageVersionByHash(@Args('name') name: string, @Args('hash') hash: string, @Context() ctx: Ctx) {
    return this.lookup.versionByHash(name, hash, ctx);
  }

  @Query()
  @Public('commands of public packages')
  async getCommand(@Args('name') name: string) {
    return (await this.lookup.commandsOf([name]))[0];
  }

  @Query()
  @Public('commands of public packages')
  getCommands(@Args('names') names: string[]) {
    assertFew(names);
    return this.lookup.commandsOf(names);
  }

  /** The version that is asked for; without one what has the hash, as a version of the package if it is one. */
  @Query()
  @Public(visible)
  async getPackageInstanceByVersionOrHash(
    @Args('name') name: string,
    @Args('version') version: string | null | undefined,
    @Args('hash') hash: string | null | undefined,
    @Context() ctx: Ctx,
  ) {
    if (version) return typed('PackageVersion', await this.lookup.version(name, version, ctx));
    if (hash == null) return typed('PackageVersion', await this.lookup.version(name, 'latest', ctx));
    const tagged = await this.lookup.versionByHash(name, hash, ctx);
    return tagged ? typed('PackageVersion', tagged) : typed('PackageWebc', await this.releases.byHash(hash, ctx));
  }
}

/** @throws Refusal BAD_USER_INPUT */
function assertFew(names: string[]): void {
  const rule = `at most ${registryLimits.namesPerLookup} names`;
  if (names.length > registryLimits.namesPerLookup) throw refuse('BAD_USER_INPUT', { field: 'names', rule });
}
