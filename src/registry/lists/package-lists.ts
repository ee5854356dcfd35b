import { Injectable } from '@nestjs/common';
import { namespaceRows } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import { packageRows, type PackageRow } from '../../../projections/registry/packages/packages.projection.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { desc } from '../../core/graphql/connection/sort-order.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import { packageNode, type PackageNode } from '../package/package.queries.js';
import { managedByViewer, seenByViewer, viewerValues } from '../package/package-visibility.js';
import { registryLimits } from '../registry.limits.js';

type Joined = Omit<PackageNode, keyof PackageRow>;

const orders = { newest: [desc<'createdAt'>('createdAt')] };
const defaultSize = registryLimits.defaultPageSize;
/** What is archived is out of sight, but for who can take it out of the archive. */
const shown = `${seenByViewer} AND (NOT is_archived OR ${managedByViewer})`;

const all = connectionList<PackageRow, 'newest', Joined>(packageRows, {
  field: 'Query.packages',
  name: 'all',
  ...packageNode,
  where: `${seenByViewer} AND NOT is_archived`,
  orders,
  defaultSize,
});

const ofNamespace = connectionList<PackageRow, 'newest', Joined>(packageRows, {
  field: 'Namespace.packages',
  name: 'of_namespace',
  ...packageNode,
  where: `owner_id = $3 AND ${shown}`,
  orders,
  defaultSize,
});

const ofUser = connectionList<PackageRow, 'newest', Joined>(packageRows, {
  field: 'User.packages',
  name: 'of_user',
  ...packageNode,
  where: `owner_id = ANY (ARRAY (
    SELECT $3::text UNION ALL SELECT id FROM ${tableName(namespaceRows)} WHERE owner_id = $3 AND $4::boolean)) AND ${shown}`,
  orders,
  defaultSize,
});

/** Lists of packages, the newest first, of what the caller may see. All throw Refusal BAD_USER_INPUT for page arguments that break a rule. */
@Injectable()
export class PackageLists {
  constructor(private readonly reader: Reader) {}

  /** Without archived ones. */
  all(actor: Actor, page: PageArgs): Connection<PackageNode> {
    return all.connect(this.reader, page, { values: viewerValues(actor), order: 'newest' });
  }

  ofNamespace(namespaceId: string, actor: Actor, page: PageArgs): Connection<PackageNode> {
    return ofNamespace.connect(this.reader, page, { values: [...viewerValues(actor), namespaceId], order: 'newest' });
  }

  /** @param options.collaborating also those of the namespaces that the user owns */
  ofUser(
    userId: string,
    actor: Actor,
    { collaborating, ...page }: PageArgs & { collaborating: boolean },
  ): Connection<PackageNode> {
    const values = [...viewerValues(actor), userId, collaborating];
    return ofUser.connect(this.reader, page, { values, order: 'newest' });
  }
}
