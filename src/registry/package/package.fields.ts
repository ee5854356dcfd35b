import { Inject } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import { recentVersionsKept, type RecentVersion } from '../../../projections/registry/packages/packages.projection.js';
import { packageVersionRowId } from '../../../projections/registry/package-versions/package-versions.projection.js';
import { mayManage, type OwnerAction } from '../../accounts/index.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { Ctx } from '../../core/graphql/context.js';
import { typed } from '../../core/graphql/node/typed.js';
import { encodeId } from '../../core/ids/global-id.js';
import { PackageVersionQueries, type VersionHead } from '../package-version/package-version.queries.js';
import { packageIconUrl } from './package-icon.urls.js';
import type { PackageNode } from './package.queries.js';

/** Only what differs from the row. */
@Resolver('Package')
export class PackageFields {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly versionQueries: PackageVersionQueries,
  ) {}

  @ResolveField()
  id(node: PackageNode) {
    return encodeId('Package', node.number);
  }

  @ResolveField()
  globalId(node: PackageNode) {
    return encodeId('Package', node.number);
  }

  /** Clients take this one for the full name, and `packageName` for the short one. */
  @ResolveField()
  name(node: PackageNode) {
    return `${node.ownerName}/${node.name}`;
  }

  @ResolveField()
  displayName(node: PackageNode) {
    return `${node.ownerName}/${node.name}`;
  }

  @ResolveField()
  globalName(node: PackageNode) {
    return `${node.ownerName}/${node.name}`;
  }

  @ResolveField()
  packageName(node: PackageNode) {
    return node.name;
  }

  @ResolveField()
  namespace(node: PackageNode) {
    return node.ownerName;
  }

  @ResolveField()
  private(node: PackageNode) {
    return node.isPrivate;
  }

  @ResolveField()
  icon(node: PackageNode) {
    return packageIconUrl(this.config, node);
  }

  @ResolveField()
  appIcon(node: PackageNode) {
    return packageIconUrl(this.config, node);
  }

  @ResolveField()
  async owner(node: PackageNode, _: unknown, ctx: Ctx) {
    if (node.ownerId.startsWith('user-')) return typed('User', await ctx.users.load(node.ownerId));
    return typed('Namespace', await ctx.namespaces.load(node.ownerId));
  }

  @ResolveField()
  async lastVersion(node: PackageNode) {
    return withPackage(await this.versionQueries.latest(node.id), node);
  }

  /** The newest first. Nearly all packages have so few that they stand in the package's own row. */
  @ResolveField()
  async versions(node: PackageNode, _: unknown, ctx: Ctx) {
    if (node.versionCount <= recentVersionsKept) return recentHeads(node);
    const found = await ctx.versionsOfPackages.load(node.id);
    return (found?.versions ?? []).map((version) => Object.assign(version, { package: node }));
  }

  @ResolveField()
  viewerCan(node: PackageNode, _: { action: OwnerAction }, { actor }: Ctx) {
    return mayManage(actor, { ownerId: node.managerId });
  }
}

/** A version knows its package, so that nobody has to read it again. */
export function withPackage<Version extends object>(version: Version | null, node: PackageNode): Version | null {
  return version && Object.assign(version, { package: node });
}

function recentHeads(node: PackageNode): (VersionHead & { package: PackageNode })[] {
  return (JSON.parse(node.recentVersions) as RecentVersion[]).map((recent) => ({
    id: packageVersionRowId(node.id, recent.number),
    packageId: node.id,
    package: node,
    number: recent.number,
    version: recent.version,
    sizeBytes: recent.sizeBytes,
    createdAt: new Date(recent.createdAt),
    updatedAt: new Date(recent.updatedAt),
    yankedAt: recent.yankedAt === null ? null : new Date(recent.yankedAt),
    yankReason: recent.yankReason,
    isArchived: recent.isArchived,
  }));
}
