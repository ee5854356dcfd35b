import { Injectable } from '@nestjs/common';
import { packageReleaseRows } from '../../../projections/registry/package-releases/package-releases.projection.js';
import { packageVersionRows } from '../../../projections/registry/package-versions/package-versions.projection.js';
import { packageRows } from '../../../projections/registry/packages/packages.projection.js';
import { decodeAnyId } from '../../core/ids/global-id.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { hasOwner, packageOwnerColumns, packageOwners } from '../package/package.queries.js';
import type { StoredFile } from '../package/package.events.js';
import { releaseFileName, versionFileName } from './file-urls.js';

type StoredAs = Pick<StoredFile, 'hash' | 'format'> & {
  isPrivate: boolean;
  /** The user who manages what the file belongs to. */
  managerId: string;
};

/** A file that somebody asks for; whether he may see it is another question. */
export type Download = StoredAs & {
  fileName: string;
  /** The version whose file it is; null for a release's. */
  version: { packageId: string; number: number } | null;
};

const ofVersion = `
  SELECT hash, format, is_private AS "isPrivate", package_id AS "packageId", version, package_name AS "packageName",
    ${packageOwnerColumns}
  FROM ${tableName(packageVersionRows)}
  JOIN (SELECT id AS package_ref, name AS package_name, owner_id, is_private FROM ${tableName(packageRows)}) AS package
    ON package_ref = package_id
  ${packageOwners}
  WHERE number = $1 AND ${hasOwner}`;
const ofRelease = `
  SELECT hash, format, is_private AS "isPrivate", ${packageOwnerColumns}
  FROM ${tableName(packageReleaseRows)} ${packageOwners}
  WHERE number = $1 AND ${hasOwner}`;

/** Finds files by the ids in their URLs, with one statement each. */
@Injectable()
export class DownloadQueries {
  constructor(private readonly reader: Reader) {}

  /** Null for what is no id, or the id of nothing. */
  async byId(id: string): Promise<Download | null> {
    const decoded = decodeAnyId(id);
    if (decoded?.kind === 'PackageVersion') return this.ofVersion(decoded.number);
    return decoded?.kind === 'PackageWebc' ? this.ofRelease(decoded.number) : null;
  }

  private async ofVersion(number: number): Promise<Download | null> {
    type Row = StoredAs & { packageId: string; version: string; packageName: string };
    const [row] = await this.reader.query<Row>('download.of_version', ofVersion, [number]);
    if (!row) return null;
    return { ...row, fileName: versionFileName(row.packageName, row), version: { packageId: row.packageId, number } };
  }

  private async ofRelease(number: number): Promise<Download | null> {
    const [row] = await this.reader.query<StoredAs>('download.of_release', ofRelease, [number]);
    return row ? { ...row, fileName: releaseFileName(row), version: null } : null;
  }
}
