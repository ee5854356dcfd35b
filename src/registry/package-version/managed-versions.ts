import { Injectable } from '@nestjs/common';
import type { Ctx } from '../../core/graphql/context.js';
import { decodeId } from '../../core/ids/global-id.js';
import { ManagedPackages, type ManagedPackage } from '../package/managed-packages.js';
import { refuse } from '../registry.errors.js';
import { PackageVersionQueries } from './package-version.queries.js';

export type ManagedVersion = ManagedPackage & { number: number };

/** Versions that somebody wants to change: one that the caller may not change is for it as if it did not exist. */
@Injectable()
export class ManagedVersions {
  constructor(
    private readonly versions: PackageVersionQueries,
    private readonly packages: ManagedPackages,
  ) {}

  /** @param field of the input that held the id. @throws Refusal INVALID_ID, PACKAGE_VERSION_NOT_FOUND, both with the field */
  async byGlobalId(id: string, field: string, ctx: Ctx): Promise<ManagedVersion> {
    const [version] = await this.find([{ id, field }], ctx);
    return version!;
  }

  /** Each once. @throws the same, with the place of the id behind the field: `packageVersionIds.2` */
  byGlobalIds(ids: readonly string[], field: string, ctx: Ctx): Promise<ManagedVersion[]> {
    return this.find(
      ids.map((id, place) => ({ id, field: `${field}.${place}` })),
      ctx,
    );
  }

  private async find(wanted: { id: string; field: string }[], ctx: Ctx): Promise<ManagedVersion[]> {
    const numbers = wanted.map(({ id, field }) => decodeId('PackageVersion', id, field));
    const rows = new Map((await this.versions.byNumbers(numbers)).map((row) => [row.number, row]));
    const packageIds = [...rows.values()].map(({ packageId }) => packageId);
    const owners = await this.packages.ownersOf(packageIds, ctx);
    const found = numbers.map((number, place): [number, ManagedVersion] => {
      const packageId = rows.get(number)?.packageId ?? '';
      const owner = owners.get(packageId);
      if (!owner) throw refuse('PACKAGE_VERSION_NOT_FOUND', { field: wanted[place]!.field });
      return [number, { number, packageId, owner }];
    });
    return [...new Map(found).values()];
  }
}
