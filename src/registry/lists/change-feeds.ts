import { Injectable } from '@nestjs/common';
import {
  packageReleaseRows,
  packageReleases,
  type PackageReleaseRow,
} from '../../../projections/registry/package-releases/package-releases.projection.js';
import {
  packageVersionRows,
  packageVersions,
  type PackageVersionRow,
} from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { asc, desc } from '../../core/graphql/connection/sort-order.js';
import type { RowsProjection } from '../../core/projection/definition.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { settledPosition } from '../../core/read/settled-position.js';
import { seenByViewer, viewerValues } from '../package/package-visibility.js';
import type { ReleaseNode } from '../package-release/package-release.queries.js';
import { packageOwnerColumns, packageOwners } from '../package/package.queries.js';
import { registryLimits } from '../registry.limits.js';
import { packageOfVersion } from './version-lists.js';

export type FeedArgs = PageArgs & {
  updatedAfter?: Date | null;
  createdAfter?: Date | null;
  sortBy?: 'NEWEST' | 'OLDEST' | null;
};

const orders = { NEWEST: [desc<'logPosition'>('logPosition')], OLDEST: [asc<'logPosition'>('logPosition')] };
const defaultSize = registryLimits.defaultPageSize;

const versionFeed = connectionList(packageVersionRows, {
  field: 'Query.allPackageVersions',
  name: 'feed',
  join: packageOfVersion,
  where: `position BETWEEN $3 AND $4 AND created_at >= $5 AND ${seenByViewer}`,
  orders,
  defaultSize,
});

const releaseFeed = connectionList<
  PackageReleaseRow,
  keyof typeof orders,
  Pick<ReleaseNode, 'ownerName' | 'managerId'>
>(packageReleaseRows, {
  field: 'Query.allPackageReleases',
  name: 'feed',
  join: packageOwners,
  also: packageOwnerColumns,
  where: `position BETWEEN $3 AND $4 AND ${seenByViewer}`,
  orders,
  defaultSize,
});

/** Where a column says a moment or a later one for the first time. The sum keeps Postgres from walking the whole log for it. */
const firstSince = ({ table }: RowsProjection, column: 'created_at' | 'updated_at') => ({
  name: `${table.versionedName}.first_${column}`,
  text: `SELECT min(position + 0)::float8 AS position FROM ${tableName(table)} WHERE ${column} >= $1`,
});
const versionUpdated = firstSince(packageVersions, 'updated_at');
const versionCreated = firstSince(packageVersions, 'created_at');
const releaseCreated = firstSince(packageReleases, 'created_at');

const noMoment = new Date(0);

/**
 * Lists by which mirrors follow the registry: in the order of the log, in which rows last changed. A clock may run backwards, and of two
 * publishes the one that began first may be stored last; positions grow for every reader. See README.
 */
@Injectable()
export class ChangeFeeds {
  constructor(private readonly reader: Reader) {}

  /** All versions of the packages that the caller may see, also yanked and archived ones. */
  async versions(args: FeedArgs, actor: Actor): Promise<Connection<PackageVersionRow>> {
    const { sortBy, updatedAfter, createdAfter, ...page } = args;
    const order = sortBy ?? 'NEWEST';
    const [end, ...begins] = await Promise.all([
      this.end(packageVersions, order),
      this.begin(versionUpdated, updatedAfter),
      this.begin(versionCreated, createdAfter),
    ]);
    const values = [...viewerValues(actor), Math.max(...begins), end, createdAfter ?? noMoment];
    return versionFeed.connect(this.reader, page, { values, order });
  }

  /** All releases that the caller may see. A release never changes, so both moments mean when it was pushed. */
  async releases(args: FeedArgs, actor: Actor): Promise<Connection<ReleaseNode>> {
    const { sortBy, updatedAfter, createdAfter, ...page } = args;
    const order = sortBy ?? 'NEWEST';
    const [end, ...begins] = await Promise.all([
      this.end(packageReleases, order),
      this.begin(releaseCreated, updatedAfter),
      this.begin(releaseCreated, createdAfter),
    ]);
    const values = [...viewerValues(actor), Math.max(...begins), end];
    return releaseFeed.connect(this.reader, page, { values, order });
  }

  /** Who goes forward must not pass what is yet to come; who goes back has it behind. */
  private async end(projection: RowsProjection, order: keyof typeof orders): Promise<number> {
    return order === 'OLDEST' ? settledPosition(this.reader, projection) : Number.MAX_SAFE_INTEGER;
  }

  private async begin({ name, text }: { name: string; text: string }, moment?: Date | null): Promise<number> {
    if (!moment) return 0;
    const [first] = await this.reader.query<{ position: number | null }>(name, text, [moment]);
    return first?.position ?? Number.MAX_SAFE_INTEGER;
  }
}
