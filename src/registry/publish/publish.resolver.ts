import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { numberOf } from '../../core/command/aggregate.js';
import { refuse as refuseInput } from '../../core/errors/core.errors.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { PackageVersionQueries } from '../package-version/package-version.queries.js';
import { refuse } from '../registry.errors.js';
import {
  PublishPackageInput,
  PushPackageReleaseInput,
  TagPackageReleaseInput,
  type InputSignature,
} from './publish.inputs.js';
import { EarlierPublish } from './earlier-publish.js';
import { MissingDependencies } from './missing-dependencies.js';
import { Publisher, type PublishedAt, type PublishedFile } from './publisher.js';
import { SentFiles, type ReadFile } from './sent-files.js';
import { assertFormat } from './upload-format.js';

@Resolver()
export class PublishResolver {
  constructor(
    private readonly earlier: EarlierPublish,
    private readonly publisher: Publisher,
    private readonly files: SentFiles,
    private readonly versions: PackageVersionQueries,
    private readonly dependencies: MissingDependencies,
  ) {}

  @Mutation()
  @Policy('registry:release:push')
  async pushPackageRelease(@Args('input') input: PushPackageReleaseInput, @Context() ctx: Ctx) {
    const read = () => this.files.read(input.signedUrl, callerOf(ctx).userId);
    const releaseId = (await this.earlier.pushed(input, ctx)) ?? (await this.publisher.push(input, read, ctx, input));
    const packageWebc = await ctx.packageReleases.load(String(numberOf(releaseId)));
    return { success: true, packageWebc, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('registry:version:publish')
  async tagPackageRelease(@Args('input') input: TagPackageReleaseInput, @Context() ctx: Ctx) {
    assertUnsigned(input);
    const number = decodeId('PackageWebc', input.packageReleaseId, 'packageReleaseId');
    const release = await ctx.packageReleases.load(String(number));
    const earlier = await this.earlier.published(input, ctx);
    const packageVersion = await this.versionAt(
      earlier?.version ?? (await this.publisher.tag(release, input, ctx, input)),
      ctx,
    );
    return { success: true, packageVersion, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('registry:version:publish')
  async publishPackage(@Args('input') input: PublishPackageInput, @Context() ctx: Ctx) {
    assertUnsigned(input);
    const { releaseId, version } = (await this.publishedEarlier(input, ctx)) ?? (await this.publishedNow(input, ctx));
    const [packageWebc, packageVersion] = await Promise.all([
      ctx.packageReleases.load(String(numberOf(releaseId))),
      version && this.versionAt(version, ctx),
    ]);
    return { success: true, packageWebc, packageVersion, clientMutationId: input.clientMutationId };
  }

  private async publishedEarlier(input: PublishPackageInput, ctx: Ctx): Promise<PublishedFile | null> {
    const published = await this.earlier.published(input, ctx);
    if (published) return published;
    const releaseId = await this.earlier.pushed(input, ctx);
    return releaseId === null ? null : { releaseId, version: null };
  }

  private async publishedNow(input: PublishPackageInput, ctx: Ctx): Promise<PublishedFile> {
    const read = await this.read(input, ctx);
    assertFormat(input.uploadFormat, read.file.format);
    return this.publisher.publishFile(read, input, ctx, input);
  }

  /** @throws Refusal BAD_USER_INPUT when there is no file, or more than one */
  private read({ fileUpload, signedUrl }: PublishPackageInput, ctx: Ctx): Promise<ReadFile> {
    if (fileUpload && !signedUrl) return this.files.readFile(fileUpload);
    if (signedUrl && !fileUpload) return this.files.read(signedUrl, callerOf(ctx).userId);
    const [field, rule] = signedUrl ? ['fileUpload', 'none beside signedUrl'] : ['signedUrl', 'this or fileUpload'];
    throw refuseInput('BAD_USER_INPUT', { field, rule }, 'Send the file as fileUpload, or to a URL that is signedUrl.');
  }

  /** The version for the answer. What it depends on and is not here is said beside it. */
  private async versionAt({ packageId, version }: PublishedAt, ctx: Ctx) {
    const found = await this.versions.exact(packageId, version);
    await this.dependencies.tell(found?.dependencies ?? [], ctx);
    return found;
  }
}

function assertUnsigned({ signature }: { signature?: InputSignature }): void {
  if (signature) throw refuse('SIGNATURES_NOT_SUPPORTED', { field: 'signature', rule: 'null' });
}
