import { Injectable } from '@nestjs/common';
import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import {
  packageReleaseRows,
  type PackageReleaseRow,
} from '../../../projections/registry/package-releases/package-releases.projection.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';

/** A release with the user who manages its owner. */
export type ReleaseNode = PackageReleaseRow & { managerId: string };

export const releaseManagerColumn = 'coalesce(manager_ref, owner_id) AS "managerId"';
const also = releaseManagerColumn;
/** Under names that no read table of this silo has. */
export const releaseManagers = `LEFT JOIN (SELECT id AS namespace_ref, owner_id AS manager_ref FROM ${tableName(namespaceRows)})
  AS owning_namespace ON namespace_ref = owner_id`;
const byNumbers = { name: 'by_numbers', also, where: `${releaseManagers} WHERE number = ANY ($1)` };
// What everybody may see comes first, for it is the same content.
const byHash = { name: 'by_hash', also, where: `${releaseManagers} WHERE hash = $1 ORDER BY is_private, position` };

@Injectable()
export class PackageReleaseQueries {
  constructor(private readonly reader: Reader) {}

  /** In any order; also such as not everybody may see. */
  async byNumbers(numbers: readonly number[]): Promise<ReleaseNode[]> {
    return (await this.reader.find(packageReleaseRows, byNumbers, [numbers])) as ReleaseNode[];
  }

  /** All releases of one content, public ones first. @param hash 64 hex digits */
  async byHash(hash: string): Promise<ReleaseNode[]> {
    return (await this.reader.find(packageReleaseRows, byHash, [hash])) as ReleaseNode[];
  }
}
