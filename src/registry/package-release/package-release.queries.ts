import { Injectable } from '@nestjs/common';
import {
  packageReleaseRows,
  type PackageReleaseRow,
} from '../../../projections/registry/package-releases/package-releases.projection.js';
import { Reader } from '../../core/read/reader.js';
import { hasOwner, packageOwnerColumns, packageOwners } from '../package/package.queries.js';

/** A release with what its owner is called, and the user who manages that. A release whose owner is gone is gone with it. */
export type ReleaseNode = PackageReleaseRow & { ownerName: string; managerId: string };

const also = packageOwnerColumns;
const byNumbers = { name: 'by_numbers', also, where: `${packageOwners} WHERE number = ANY ($1) AND ${hasOwner}` };
// What everybody may see comes first, for it is the same content.
const byHash = {
  name: 'by_hash',
  also,
  where: `${packageOwners} WHERE hash = $1 AND ${hasOwner} ORDER BY is_private, position`,
};

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
