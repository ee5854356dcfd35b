import { Injectable } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import {
  packageReleaseRows,
  type PackageReleaseRow,
} from '../../../projections/registry/package-releases/package-releases.projection.js';
import { packageVersionRows } from '../../../projections/registry/package-versions/package-versions.projection.js';
import type { Actor } from '../../core/event-store/types.js';
import type { Connection } from '../../core/graphql/connection/connection.js';
import { connectionList } from '../../core/graphql/connection/connection-list.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import { desc } from '../../core/graphql/connection/sort-order.js';
import type { Ctx } from '../../core/graphql/context.js';
import { tableName } from '../../core/projection/ddl.js';
import { Reader } from '../../core/read/reader.js';
import type { PackageNode } from '../package/package.queries.js';
import { packageOwnerColumns, packageOwners } from '../package/package.queries.js';
import { seenByViewer, viewerValues } from '../package/package-visibility.js';
import type { ReleaseNode } from '../package-release/package-release.queries.js';
import { registryLimits } from '../registry.limits.js';

const ofPackage = connectionList<PackageReleaseRow, 'newest', Pick<ReleaseNode, 'ownerName' | 'managerId'>>(
  packageReleaseRows,
  {
    field: 'Package.packagewebcSet',
    name: 'of_package',
    join: packageOwners,
    also: packageOwnerColumns,
    where: `id = ANY (ARRAY (SELECT release_id FROM ${tableName(packageVersionRows)} WHERE package_id = $3)) AND ${seenByViewer}`,
    orders: { newest: [desc('createdAt')] },
    defaultSize: registryLimits.defaultPageSize,
  },
);

/** Lists of releases, of what the caller may see. */
@Injectable()
export class ReleaseLists {
  constructor(private readonly reader: Reader) {}

  /** Those of which versions of the package were made, the newest first. @throws Refusal BAD_USER_INPUT for page arguments that break a rule */
  ofPackage(packageId: string, actor: Actor, page: PageArgs): Connection<ReleaseNode> {
    return ofPackage.connect(this.reader, page, { values: [...viewerValues(actor), packageId], order: 'newest' });
  }
}

@Resolver('Package')
export class PackageReleaseListFields {
  constructor(private readonly releaseLists: ReleaseLists) {}

  @ResolveField()
  packagewebcSet(node: PackageNode, page: PageArgs, { actor }: Ctx) {
    return this.releaseLists.ofPackage(node.id, actor, page);
  }
}
