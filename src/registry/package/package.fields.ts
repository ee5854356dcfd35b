import { Inject } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { mayManage, type OwnerAction } from '../../accounts/index.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { Ctx } from '../../core/graphql/context.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { asksForAny, asksOnlyFor } from '../../core/graphql/selection.js';
import { typed } from '../../core/graphql/node/typed.js';
import { encodeId } from '../../core/ids/global-id.js';
import type { VersionNode } from '../package-version/version-node.js';
import { packageIconUrl } from './package-icon.urls.js';
import { keywordsOf } from './package-keywords.js';
import type { PackageNode } from './package.queries.js';
import { latestAmong, versionsInRow } from './recent-versions.js';

/** Only what differs from the row. */
@Resolver('Package')
export class PackageFields {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

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

  /** What lists show of an owner came with the package; for anything else it is read. */
  @ResolveField()
  owner(node: PackageNode, _: unknown, ctx: Ctx, info: GraphQLResolveInfo) {
    const type = node.ownerId.startsWith('user-') ? 'User' : 'Namespace';
    if (asksOnlyFor(info, knownOfOwner)) return typed(type, ownerOf(node));
    return (type === 'User' ? ctx.users : ctx.namespaces).load(node.ownerId).then((row) => typed<object>(type, row));
  }

  @ResolveField()
  keywords(node: PackageNode, args: PageArgs, ctx: Ctx) {
    return keywordsOf(node, args, ctx);
  }

  @ResolveField()
  lastVersion(node: PackageNode, _: unknown, ctx: Ctx) {
    return lastVersionOf(node, ctx);
  }

  /** The newest first. */
  @ResolveField()
  versions(node: PackageNode, _: unknown, ctx: Ctx, info: GraphQLResolveInfo) {
    if (asksForAny(info, fieldsOfFiles)) return allVersions(node, ctx.filedVersionsOfPackages);
    return versionsInRow(node) ?? allVersions(node, ctx.versionsOfPackages);
  }

  @ResolveField()
  viewerCan(node: PackageNode, _: { action: OwnerAction }, { actor }: Ctx) {
    return mayManage(actor, { ownerId: node.managerId });
  }
}

/** Fields of versions that are about their files. */
const fieldsOfFiles = new Set(['distribution', 'file', 'piritaManifest']);

async function allVersions(node: PackageNode, loader: Ctx['versionsOfPackages'] | Ctx['filedVersionsOfPackages']) {
  const found = await loader.load(node.id);
  return (found?.versions ?? []).map((version) => Object.assign(version, { package: node }));
}

/** Fields of users and namespaces for which `ownerOf` is enough. */
const knownOfOwner = new Set(['__typename', 'id', 'globalId', 'globalName', 'name', 'username', 'avatar', 'viewerCan']);

/** A part of the owner's row, whichever it is. `ownerId` is who manages a namespace. */
function ownerOf({ ownerId: id, ownerNumber: number, ownerName, ownerAvatar: avatar, managerId }: PackageNode) {
  return { id, number, name: ownerName, username: ownerName, avatar, ownerId: managerId };
}

/** A version knows its package, so that nobody has to read it again. */
export function withPackage<Version extends object>(version: Version | null, node: PackageNode): Version | null {
  return version && Object.assign(version, { package: node });
}

/** The version that `latest` means: for nearly all packages without a look into another table. */
export async function lastVersionOf(node: PackageNode, ctx: Ctx): Promise<VersionNode | null> {
  const inRow = versionsInRow(node);
  return inRow ? latestAmong(inRow) : withPackage(await ctx.latestVersions.load(node.id), node);
}
