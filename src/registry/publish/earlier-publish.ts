import { Injectable } from '@nestjs/common';
import type { Ctx } from '../../core/graphql/context.js';
import { PackageStreams } from '../package/package-streams.js';
import { PublishPackageVersion } from '../package/package.commands.js';
import { PushPackageRelease } from '../package-release/package-release.commands.js';
import type { PublishedFile } from './publisher.js';

/**
 * What a mutation with the same clientMutationId published before. It is asked before anything else: the first time used the upload up, and
 * the version is there.
 */
@Injectable()
export class EarlierPublish {
  constructor(private readonly packages: PackageStreams) {}

  /** The stream of the release. @throws Refusal client_mutation_id_conflict */
  async pushed(input: object, ctx: Ctx): Promise<string | null> {
    return (await ctx.earlier(PushPackageRelease, input))?.streamId ?? null;
  }

  /** @throws Refusal client_mutation_id_conflict */
  async published(input: object, ctx: Ctx): Promise<PublishedFile | null> {
    const executed = await ctx.earlier(PublishPackageVersion, input);
    if (!executed) return null;
    const { version, releaseId } = await this.packages.publishedBy(executed);
    return { releaseId, version: { packageId: executed.streamId, version } };
  }
}
