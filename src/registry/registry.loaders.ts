import { Injectable } from '@nestjs/common';
import type { PackageVersionRow } from '../../projections/registry/package-versions/package-versions.projection.js';
import { ContextFactory } from '../core/graphql/context.js';
import { Loader } from '../core/graphql/loader.js';
import type { DownloadCount } from './download/download-counts.table.js';
import { DownloadCounts } from './download/download-counts.js';
import { PackageQueries, type PackageKeywords, type PackageNode } from './package/package.queries.js';
import { PackageReleaseQueries, type ReleaseNode } from './package-release/package-release.queries.js';
import {
  PackageVersionQueries,
  type VersionFile,
  type VersionHead,
  type VersionHeadWithFile,
} from './package-version/package-version.queries.js';

export type VersionsOfPackage<Version = VersionHead> = { packageId: string; versions: Version[] };
export type VersionsOfRelease = { releaseId: string; versions: PackageVersionRow[] };

declare module '../core/graphql/context.js' {
  interface Ctx {
    /** Packages by id, also such as not everybody may see. */
    packages: Loader<string, PackageNode>;
    /** Keywords of packages, by their ids. */
    packageKeywords: Loader<string, PackageKeywords>;
    /** Versions by the id of their row, with all that they say. */
    packageVersions: Loader<string, PackageVersionRow>;
    /** The files of versions, by the id of their row. */
    versionFiles: Loader<string, VersionFile>;
    /** All versions of a package, the newest first; a package without versions has no entry. */
    versionsOfPackages: Loader<string, VersionsOfPackage>;
    /** The same with the file of each. */
    filedVersionsOfPackages: Loader<string, VersionsOfPackage<VersionHeadWithFile>>;
    /** The version of each package that `latest` means, by the package's id. */
    latestVersions: Loader<string, PackageVersionRow>;
    /** The versions that were made of a release, the newest first. */
    versionsOfReleases: Loader<string, VersionsOfRelease>;
    /** Releases by their numbers, also such as not everybody may see. */
    packageReleases: Loader<string, ReleaseNode>;
    /** How often packages and versions were downloaded, by the ids of their rows; no entry means never. */
    downloadCounts: Loader<string, DownloadCount>;
  }
}

/** Gives every request its loaders of this silo. */
@Injectable()
export class RegistryLoaders {
  constructor(
    contexts: ContextFactory,
    packages: PackageQueries,
    versions: PackageVersionQueries,
    releases: PackageReleaseQueries,
    downloads: DownloadCounts,
  ) {
    contexts.contribute(() => ({
      packages: new Loader((ids) => packages.byIds(ids), rowId),
      packageKeywords: new Loader((ids) => packages.keywordsOf(ids), rowId),
      packageVersions: new Loader((ids) => versions.byIds(ids), rowId),
      versionFiles: new Loader((ids) => versions.filesOf(ids), rowId),
      versionsOfPackages: new Loader(
        async (ids) => grouped(await versions.headsOf(ids), 'packageId'),
        ({ packageId }) => packageId,
      ),
      filedVersionsOfPackages: new Loader(
        async (ids) => grouped(await versions.headsWithFilesOf(ids), 'packageId'),
        ({ packageId }) => packageId,
      ),
      latestVersions: new Loader(
        (ids) => versions.latestOf(ids),
        ({ packageId }) => packageId,
      ),
      versionsOfReleases: new Loader(
        async (ids) => grouped(await versions.ofReleases(ids), 'releaseId'),
        ({ releaseId }) => releaseId,
      ),
      packageReleases: new Loader(
        (numbers) => releases.byNumbers(numbers.map(Number)),
        ({ number }) => String(number),
      ),
      downloadCounts: new Loader(
        (ids) => downloads.of(ids),
        ({ subject }) => subject,
      ),
    }));
  }
}

const rowId = (row: { id: string }): string => row.id;

/** Rows of each key, in their order. */
function grouped<Row, Key extends keyof Row & string>(rows: Row[], key: Key): (Pick<Row, Key> & { versions: Row[] })[] {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const group = groups.get(row[key]);
    if (group) group.push(row);
    else groups.set(row[key], [row]);
  }
  return [...groups].map(([value, versions]) => ({ [key]: value, versions }) as Pick<Row, Key> & { versions: Row[] });
}
