import { Injectable } from '@nestjs/common';
import { OwnerCheck } from '../../accounts/index.js';
import type { Ctx } from '../../core/graphql/context.js';
import { decodeId } from '../../core/ids/global-id.js';
import { refuse } from '../registry.errors.js';
import type { CheckedOwner } from './package.commands.js';
import { PackageQueries } from './package.queries.js';

/** A package that the caller may change, and its owner as it stood when that was asked. */
export type ManagedPackage = { packageId: string; owner: CheckedOwner };

/** Packages that somebody wants to change: one that the caller may not change is for it as if it did not exist. */
@Injectable()
export class ManagedPackages {
  constructor(
    private readonly packages: PackageQueries,
    private readonly owners: OwnerCheck,
  ) {}

  /** @param field of the input that held the id. @throws Refusal INVALID_ID, PACKAGE_NOT_FOUND, both with the field */
  async byGlobalId(id: string, field: string, { actor }: Ctx): Promise<ManagedPackage> {
    const [node] = await this.packages.byNumbers([decodeId('Package', id, field)]);
    const owner = node && (await this.owners.byId(actor, 'PUBLISH_PACKAGE', node.ownerId));
    if (!owner) throw refuse('PACKAGE_NOT_FOUND', { field });
    return { packageId: node.id, owner };
  }

  /** The owners of those packages that the caller may change, by package. */
  async ownersOf(packageIds: readonly string[], { actor }: Ctx): Promise<Map<string, CheckedOwner>> {
    const nodes = await this.packages.byIds([...new Set(packageIds)]);
    const ownerIds = [...new Set(nodes.map(({ ownerId }) => ownerId))];
    const checked = await Promise.all(ownerIds.map((id) => this.owners.byId(actor, 'PUBLISH_PACKAGE', id)));
    const owners = new Map(ownerIds.map((id, index) => [id, checked[index]!]));
    return new Map(nodes.map(({ id, ownerId }) => [id, owners.get(ownerId)!] as const).filter(([, owner]) => owner));
  }
}
