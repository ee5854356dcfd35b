import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { Uploads } from '../../core/upload/uploads.js';
import { GenerateUploadUrlInput, PackageUploadArgs, SignedUrlArgs } from './upload.inputs.js';

/** The default of the contract, for a caller that sends null. */
const defaultExpirySeconds = 900;

/** What clients call the way of sending a file with one PUT. */
const defaultMethod = 'R2';

/** URLs that take a file. Making one changes nothing, so it is no command: a repeat gives another URL, which is as good. */
@Resolver()
export class UploadResolver {
  constructor(private readonly uploads: Uploads) {}

  @Query()
  @Policy('registry:upload:create')
  getSignedUrl(@Args() args: SignedUrlArgs, @Context() ctx: Ctx) {
    return this.signedUrl(args, ctx);
  }

  @Query()
  @Policy('registry:upload:create')
  getSignedUrlForPackageUpload(@Args() args: PackageUploadArgs, @Context() ctx: Ctx) {
    return this.signedUrl(args, ctx);
  }

  @Mutation()
  @Policy('registry:upload:create')
  generateUploadUrl(@Args('input') input: GenerateUploadUrlInput, @Context() ctx: Ctx) {
    const { method = defaultMethod, clientMutationId } = input;
    return { signedUrl: this.signedUrl(input, ctx), method, clientMutationId };
  }

  private signedUrl({ expiresAfterSeconds = defaultExpirySeconds }: SignedUrlArgs, ctx: Ctx) {
    return { url: this.uploads.createUrl(callerOf(ctx).userId, expiresAfterSeconds) };
  }
}
