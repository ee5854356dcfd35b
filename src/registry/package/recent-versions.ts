import { recentVersionsKept, type RecentVersion } from '../../../projections/registry/packages/packages.projection.js';
import { packageVersionRowId } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { VersionHead } from '../package-version/package-version.queries.js';
import { isPrerelease, versionSortKey } from './package.events.js';
import type { PackageNode } from './package.queries.js';

/**
 * All versions of a package, the newest first, when they are so few that the package's own row holds them, as with nearly all packages.
 * @returns null when it has more
 */
export function versionsInRow(node: PackageNode): (VersionHead & { package: PackageNode })[] | null {
  if (node.versionCount > recentVersionsKept) return null;
  return (JSON.parse(node.recentVersions) as RecentVersion[]).map((recent) => ({
    id: packageVersionRowId(node.id, recent.number),
    packageId: node.id,
    package: node,
    number: recent.number,
    version: recent.version,
    sizeBytes: recent.sizeBytes,
    createdAt: recent.createdAt,
    updatedAt: recent.updatedAt,
    yankedAt: recent.yankedAt,
    yankReason: recent.yankReason,
    isArchived: recent.isArchived,
  }));
}

/** What `latestOf` of the queries finds: the highest release that is neither yanked nor archived, else the highest such pre-release. */
export function latestAmong<Version extends VersionHead>(versions: readonly Version[]): Version | null {
  const offered = versions.filter(({ yankedAt, isArchived }) => yankedAt === null && !isArchived);
  const releases = offered.filter(({ version }) => !isPrerelease(version));
  return highest(releases.length > 0 ? releases : offered);
}

function highest<Version extends VersionHead>(versions: readonly Version[]): Version | null {
  if (versions.length < 2) return versions[0] ?? null;
  const keyed = versions.map((version) => ({ version, key: versionSortKey(version.version) }));
  return keyed.reduce((best, each) => (each.key.compare(best.key) > 0 ? each : best)).version;
}
