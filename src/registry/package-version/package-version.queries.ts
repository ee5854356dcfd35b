import { Injectable } from '@nestjs/common';
import {
  packageVersionRows,
  type PackageVersionRow,
} from '../../../projections/registry/package-versions/package-versions.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { parseRequirement } from '../version/requirement.js';
import { resolveDependency, resolveVersion, type Candidate } from '../version/resolve.js';

/** As Postgres gives it, or as ISO text where it stood in JSON: both are answered in one form. */
type Moment = Date | string;

/** What a list of versions shows; `PackageVersionRow` holds all of it, too. */
export type VersionHead = Pick<
  PackageVersionRow,
  'id' | 'packageId' | 'number' | 'version' | 'sizeBytes' | 'yankReason' | 'isArchived'
> & { createdAt: Moment; updatedAt: Moment; yankedAt: Moment | null };

/** The file of a version, for clients that resolve packages: they ask it of all versions at once. */
export type VersionFile = Pick<PackageVersionRow, 'id' | 'hash' | 'sizeBytes' | 'format' | 'webcManifest'>;

export type VersionHeadWithFile = VersionHead & VersionFile;

const table = tableName(packageVersionRows);
const head = `id, package_id AS "packageId", number::float8 AS number, version, size_bytes::float8 AS "sizeBytes",
    created_at AS "createdAt", updated_at AS "updatedAt", yanked_at AS "yankedAt", yank_reason AS "yankReason",
    is_archived AS "isArchived"`;
const ofPackages = `FROM ${table} WHERE package_id = ANY ($1) ORDER BY number DESC`;
const headsOf = `SELECT ${head} ${ofPackages}`;
const headsWithFilesOf = `SELECT ${head}, hash, format, webc_manifest AS "webcManifest" ${ofPackages}`;
const filesOf = `
  SELECT id, hash, size_bytes::float8 AS "sizeBytes", format, webc_manifest AS "webcManifest"
  FROM ${table} WHERE id = ANY ($1)`;

const candidatesOf = `
  SELECT id, package_id AS "packageId", version, yanked_at IS NOT NULL OR is_archived AS "isYanked"
  FROM ${table} WHERE package_id = ANY ($1)`;

const byIds = { name: 'by_ids', where: 'WHERE id = ANY ($1)' };
const byNumbers = { name: 'by_numbers', where: 'WHERE number = ANY ($1)' };
const ofRelease = { name: 'of_release', where: 'WHERE release_id = ANY ($1) ORDER BY number DESC' };
const byHash = { name: 'by_hash', where: 'WHERE package_id = $1 AND hash = $2 ORDER BY number DESC LIMIT 1' };
const exact = { name: 'exact', where: 'WHERE package_id = $1 AND version = $2' };
const highest = (isPrerelease: boolean) => `(
  SELECT id FROM ${table} WHERE package_id = wanted.package AND yanked_at IS NULL AND NOT is_archived
    AND is_prerelease = ${isPrerelease} ORDER BY sort_key DESC LIMIT 1)`;
// The second is looked for only where the first is not there, and each stops at the first row of an index.
const latestOf = {
  name: 'latest_of',
  where: `WHERE id = ANY (ARRAY (
    SELECT coalesce(${highest(false)}, ${highest(true)}) FROM unnest($1::text[]) AS wanted (package)))`,
};

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

  /** The same with the file of each. */
  headsWithFilesOf(packageIds: readonly string[]): Promise<VersionHeadWithFile[]> {
    return this.reader.query('package_versions.heads_with_files_of', headsWithFilesOf, [packageIds]);
  }

  filesOf(ids: readonly string[]): Promise<VersionFile[]> {
    return this.reader.query('package_versions.files_of', filesOf, [ids]);
  }

  /**
   * The version that somebody gets who asks for `requirement`: an exact version, `latest`, or a range as `resolveVersion` reads it. An archived
   * version is found like a yanked one.
   * @returns null when there is none, or `requirement` is none
   */
  async resolve(packageId: string, requirement: string): Promise<PackageVersionRow | null> {
    const wanted = parseRequirement(requirement);
    if (wanted === null) return null;
    if (wanted.kind === 'any') return this.latest(packageId);
    if (wanted.kind === 'exact') return this.exact(packageId, wanted.version.text);
    const [found] = await this.resolveMany([{ packageId, requirement }], 'request');
    return found!;
  }

  /**
   * The same for several at once, in two statements.
   * @param as `dependency`: `1.2.3` then means `^1.2.3`
   * @returns as many as there are wishes, in their order
   */
  async resolveMany(
    wishes: readonly { packageId: string; requirement: string }[],
    as: 'request' | 'dependency',
  ): Promise<(PackageVersionRow | null)[]> {
    if (wishes.length === 0) return [];
    const candidates = await this.candidatesOf([...new Set(wishes.map(({ packageId }) => packageId))]);
    const resolve = as === 'request' ? resolveVersion : resolveDependency;
    const found = wishes.map(({ packageId, requirement }) =>
      resolve(
        candidates.filter((candidate) => candidate.packageId === packageId),
        requirement,
      ),
    );
    const ids = [...new Set(found.flatMap((candidate) => (candidate ? [candidate.id] : [])))];
    const rows = new Map((await this.byIds(ids)).map((row) => [row.id, row]));
    return found.map((candidate) => (candidate && rows.get(candidate.id)) ?? null);
  }

  private candidatesOf(packageIds: readonly string[]): Promise<(Candidate & { id: string; packageId: string })[]> {
    return this.reader.query('package_versions.candidates_of', candidatesOf, [packageIds]);
  }

  /** The version with exactly this text, whatever became of it. */
  exact(packageId: string, version: string): Promise<PackageVersionRow | null> {
    return this.reader.one(packageVersionRows, exact, [packageId, version]);
  }

  /** The newest version that has this file. @param hash 64 hex digits */
  byHash(packageId: string, hash: string): Promise<PackageVersionRow | null> {
    return this.reader.one(packageVersionRows, byHash, [packageId, hash]);
  }

  /** Of each package the highest release that is neither yanked nor archived; while there is none, the highest such pre-release. In any order. */
  latestOf(packageIds: readonly string[]): Promise<PackageVersionRow[]> {
    return this.reader.find(packageVersionRows, latestOf, [packageIds]);
  }

  private async latest(packageId: string): Promise<PackageVersionRow | null> {
    return (await this.latestOf([packageId]))[0] ?? null;
  }
}
