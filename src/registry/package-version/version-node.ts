import type { PackageVersionRow } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Ctx } from '../../core/graphql/context.js';
import type { PackageNode } from '../package/package.queries.js';
import type { VersionFile, VersionHead } from './package-version.queries.js';

/**
 * What stands behind a PackageVersion: the whole row, or the few columns that a list of versions has. What a list does not have is read when
 * it is asked for, for all of the list at once.
 */
export type VersionNode = (VersionHead | PackageVersionRow) & { package?: PackageNode };

/** Read only where the version does not know it. */
export function packageOf(version: VersionNode, ctx: Ctx): PackageNode | Promise<PackageNode | null> {
  return version.package ?? ctx.packages.load(version.packageId);
}

const isRow = (version: VersionNode): version is PackageVersionRow => 'hash' in version;

export async function rowOf(version: VersionNode, ctx: Ctx): Promise<PackageVersionRow> {
  return isRow(version) ? version : (await ctx.packageVersions.load(version.id))!;
}

/** Something of the whole row, at once when it is there. */
export function ofRow<T>(version: VersionNode, ctx: Ctx, read: (row: PackageVersionRow) => T): T | Promise<Awaited<T>> {
  if (isRow(version)) return read(version);
  return ctx.packageVersions.load(version.id).then((row) => read(row!)) as Promise<Awaited<T>>;
}

export function fileOf(version: VersionNode, ctx: Ctx): VersionFile | Promise<VersionFile> {
  return isRow(version) ? version : (ctx.versionFiles.load(version.id) as Promise<VersionFile>);
}

export function ofFile<T>(version: VersionNode, ctx: Ctx, read: (file: VersionFile) => T): T | Promise<T> {
  return isRow(version) ? read(version) : ctx.versionFiles.load(version.id).then((file) => read(file!));
}
