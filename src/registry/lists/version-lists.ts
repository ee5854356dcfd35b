import { Injectable } from '@nestjs/common';
import {
  packageVersionRows,
  type PackageVersionRow,
} from '../../../projections/registry/package-versions/package-versions.projection.js';
import { packageRows } from '../../../projections/registry/packages/packages.projection.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { desc } from '../../core/graphql/connection/sort-order.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { packageOwners } from '../package/package.queries.js';
import { managedByViewer, seenByViewer, viewerValues } from '../package/package-visibility.js';
import { registryLimits } from '../registry.limits.js';

/** The package of each version, and its owner; only columns that versions lack. */
export const packageOfVersion = `
  JOIN (SELECT id AS package_ref, owner_id, is_private, is_archived AS package_is_archived FROM ${tableName(packageRows)})
    AS of_package ON package_ref = package_id
  ${packageOwners}`;

const isArchived = '(is_archived OR package_is_archived)';
const join = packageOfVersion;
const orders = { newest: [desc<'createdAt'>('createdAt')] };
const defaultSize = registryLimits.defaultPageSize;
/** What is archived is out of sight, but for who can take it out of the archive. */
const shown = `${seenByViewer} AND (NOT ${isArchived} OR ${managedByViewer})`;

const recent = connectionList(packageVersionRows, {
  field: 'Query.recentPackageVersions',
  name: 'recent',
  join,
  // Nothing is curated.
  where: `NOT $3::boolean AND ${seenByViewer} AND NOT ${isArchived}`,
  orders,
  defaultSize,
});

const ofNamespace = connectionList(packageVersionRows, {
  field: 'Namespace.packageVersions',
  name: 'of_namespace',
  join,
  // Of a namespace with many packages the newest versions are found by their moment, of any other by its packages: Postgres knows which.
  where: `owner_id = $3 AND ${shown}`,
  orders,
  defaultSize,
});

const byPublisher = connectionList(packageVersionRows, {
  field: 'User.packageVersions',
  name: 'by_publisher',
  join,
  where: `publisher_id = $3 AND ${shown}`,
  orders,
  defaultSize,
});

/** Lists of versions, the newest first, of what the caller may see. All throw Refusal BAD_USER_INPUT for page arguments that break a rule. */
@Injectable()
export class VersionLists {
  constructor(private readonly reader: Reader) {}

  /** Without archived ones. */
  recent(actor: Actor, { curated, ...page }: PageArgs & { curated: boolean }): Connection<PackageVersionRow> {
    return recent.connect(this.reader, page, { values: [...viewerValues(actor), curated], order: 'newest' });
  }

  ofNamespace(namespaceId: string, actor: Actor, page: PageArgs): Connection<PackageVersionRow> {
    return ofNamespace.connect(this.reader, page, { values: [...viewerValues(actor), namespaceId], order: 'newest' });
  }

  byPublisher(userId: string, actor: Actor, page: PageArgs): Connection<PackageVersionRow> {
    return byPublisher.connect(this.reader, page, { values: [...viewerValues(actor), userId], order: 'newest' });
  }
}
