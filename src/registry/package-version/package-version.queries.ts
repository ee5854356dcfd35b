import { Injectable } from '@nestjs/common';
import {
  packageVersionRows,
  type PackageVersionRow,
} from '../../../projections/registry/package-versions/package-versions.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';

/** What a list of versions shows; `PackageVersionRow` holds all of it, too. */
export type VersionHead = Pick<
  PackageVersionRow,
  | 'id'
  | 'packageId'
  | 'number'
  | 'version'
  | 'sizeBytes'
  | 'createdAt'
  | 'updatedAt'
  | 'yankedAt'
  | 'yankReason'
  | 'isArchived'
>;

/** The file of a version, for clients that resolve packages: they ask it of all versions at once. */
export type VersionFile = Pick<PackageVersionRow, 'id' | 'hash' | 'sizeBytes' | 'format' | 'webcManifest'>;

const table = tableName(packageVersionRows);
const headsOf = `
  SELECT id, package_id AS "packageId", number::float8 AS number, version, size_bytes::float8 AS "sizeBytes",
    created_at AS "createdAt", updated_at AS "updatedAt", yanked_at AS "yankedAt", yank_reason AS "yankReason",
    is_archived AS "isArchived"
  FROM ${table} WHERE package_id = ANY ($1) ORDER BY number DESC`;
const filesOf = `
  SELECT id, hash, size_bytes::float8 AS "sizeBytes", format, webc_manifest AS "webcManifest"
  FROM ${table} WHERE id = ANY ($1)`;

const byIds = { name: 'by_ids', where: 'WHERE id = ANY ($1)' };
const byNumbers = { name: 'by_numbers', where: 'WHERE number = ANY ($1)' };
const ofRelease = { name: 'of_release', where: 'WHERE release_id = ANY ($1) ORDER BY number DESC' };
const exact = { name: 'exact', where: 'WHERE package_id = $1 AND version = $2' };
const latestOf = (isPrerelease: boolean) => ({
  name: isPrerelease ? 'latest_prerelease' : 'latest',
  where: `WHERE package_id = $1 AND yanked_at IS NULL AND NOT is_archived AND is_prerelease = ${isPrerelease}
    ORDER BY sort_key DESC LIMIT 1`,
});
const latestRelease = latestOf(false);
const latestPrerelease = latestOf(true);

@Injectable()
export class PackageVersionQueries {
  constructor(private readonly reader: Reader) {}

  /** In any order. */
  byIds(ids: readonly string[]): Promise<PackageVersionRow[]> {
    return this.reader.find(packageVersionRows, byIds, [ids]);
  }

  byNumbers(numbers: readonly number[]): Promise<PackageVersionRow[]> {
    return this.reader.find(packageVersionRows, byNumbers, [numbers]);
  }

  /** Versions that were made of releases, the newest first. */
  ofReleases(releaseIds: readonly string[]): Promise<PackageVersionRow[]> {
    return this.reader.find(packageVersionRows, ofRelease, [releaseIds]);
  }

  /** All versions of packages, the newest first. */
  headsOf(packageIds: readonly string[]): Promise<VersionHead[]> {
    return this.reader.query('package_versions.heads_of', headsOf, [packageIds]);
  }

  filesOf(ids: readonly string[]): Promise<VersionFile[]> {
    return this.reader.query('package_versions.files_of', filesOf, [ids]);
  }

  /** The version with exactly this text, whatever became of it. */
  exact(packageId: string, version: string): Promise<PackageVersionRow | null> {
    return this.reader.one(packageVersionRows, exact, [packageId, version]);
  }

  /** The highest release that is neither yanked nor archived; while there is none, the highest such pre-release. */
  async latest(packageId: string): Promise<PackageVersionRow | null> {
    const release = await this.reader.one(packageVersionRows, latestRelease, [packageId]);
    return release ?? this.reader.one(packageVersionRows, latestPrerelease, [packageId]);
  }
}
