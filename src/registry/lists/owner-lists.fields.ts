import { ResolveField, Resolver } from '@nestjs/graphql';
import type { NamespaceRow } from '../../../projections/accounts/namespaces/namespaces.projection.js';
import type { UserRow } from '../../../projections/accounts/users/users.projection.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import type { Ctx } from '../../core/graphql/context.js';
import { PackageLists } from './package-lists.js';
import { VersionLists } from './version-lists.js';

/** What this silo adds to a namespace. */
@Resolver('Namespace')
export class NamespaceListFields {
  constructor(
    private readonly packageLists: PackageLists,
    private readonly versionLists: VersionLists,
  ) {}

  @ResolveField()
  packages(namespace: NamespaceRow, page: PageArgs, { actor }: Ctx) {
    return this.packageLists.ofNamespace(namespace.id, actor, page);
  }

  @ResolveField()
  packageVersions(namespace: NamespaceRow, page: PageArgs, { actor }: Ctx) {
    return this.versionLists.ofNamespace(namespace.id, actor, page);
  }
}

/** What this silo adds to a user. */
@Resolver('User')
export class UserListFields {
  constructor(
    private readonly packageLists: PackageLists,
    private readonly versionLists: VersionLists,
  ) {}

  @ResolveField()
  packages(user: UserRow, args: PageArgs & { collaborating: boolean }, { actor }: Ctx) {
    return this.packageLists.ofUser(user.id, actor, args);
  }

  @ResolveField()
  packageVersions(user: UserRow, page: PageArgs, { actor }: Ctx) {
    return this.versionLists.byPublisher(user.id, actor, page);
  }
}
