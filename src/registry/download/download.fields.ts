import { ResolveField, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { asInt } from './as-int.js';
import type { PackageNode } from '../package/package.queries.js';
import type { VersionNode } from '../package-version/version-node.js';

async function downloadsOf({ id }: { id: string }, { downloadCounts }: Ctx): Promise<number> {
  const found = await downloadCounts.load(id);
  return asInt(found?.downloads ?? 0);
}

@Resolver('Package')
export class PackageDownloadFields {
  @ResolveField()
  totalDownloads({ downloads }: PackageNode) {
    return asInt(downloads ?? 0);
  }

  @ResolveField()
  downloadsCount({ downloads }: PackageNode) {
    return asInt(downloads ?? 0);
  }
}

@Resolver('PackageVersion')
export class VersionDownloadFields {
  /** The id of a version's row is the subject that its downloads are counted under. */
  @ResolveField()
  totalDownloads(version: VersionNode, _: unknown, ctx: Ctx) {
    return downloadsOf(version, ctx);
  }
}
