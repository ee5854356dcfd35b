import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import type { PackageNode } from '../package/package.queries.js';
import type { VersionFile, VersionHead, VersionHeadWithFile } from './package-version.queries.js';

/**
 * What stands behind a PackageVersion: the whole row, or the few columns that a list of versions has. What a list does not have is read when
 * it is asked for, for all of the list at once.
 */
export type VersionNode = (VersionHead | VersionHeadWithFile | PackageVersionRow) & { package?: PackageNode };

/** Read only where the version does not know it. */
export function packageOf(version: VersionNode, ctx: Ctx): PackageNode | Promise<PackageNode | null> {
  return version.package ?? ctx.packages.load(version.packageId);
}

const isRow = (version: VersionNode): version is PackageVersionRow => 'releaseId' in version;
const hasFile = (version: VersionNode): version is VersionHeadWithFile | PackageVersionRow => 'hash' in version;

export async function rowOf(version: VersionNode, ctx: Ctx): Promise<PackageVersionRow> {
  return isRow(version) ? version : (await ctx.packageVersions.load(version.id))!;
}

/** Something of the whole row, at once when it is there. */
export function ofRow<T>(version: VersionNode, ctx: Ctx, read: (row: PackageVersionRow) => T): T | Promise<Awaited<T>> {
  if (isRow(version)) return read(version);
  return ctx.packageVersions.load(version.id).then((row) => read(row!)) as Promise<Awaited<T>>;
}

/** Something of the file, at once when it is there. */
export function ofFile<T>(version: VersionNode, ctx: Ctx, read: (file: VersionFile) => T): T | Promise<T> {
  return hasFile(version) ? read(version) : ctx.versionFiles.load(version.id).then((file) => read(file!));
}

/** Something of the file and the package, at once when both are there. */
export function ofPackageFile<T>(
  version: VersionNode,
  ctx: Ctx,
  read: (node: PackageNode, file: VersionFile) => T,
): T | Promise<T> {
  if (version.package && hasFile(version)) return read(version.package, version);
  const file = ofFile(version, ctx, (found) => found);
  return Promise.all([packageOf(version, ctx), file]).then(([node, found]) => read(node!, found));
}
