import { applyDecorators } from '@nestjs/common';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';
import { uploadLimits } from '../../core/upload/upload.limits.js';

const { least, most } = uploadLimits.expiresSeconds;

const ExpiresAfterSeconds = () => applyDecorators(Optional(), IsInt(), Min(least), Max(most));

/** A text that clients send and nobody reads. */
const Hint = () => applyDecorators(Optional(), IsString(), MaxLength(1000));

/** What the file is going to be is told with the mutation that uses it, so only the expiry matters here. */
export class SignedUrlArgs {
  @ExpiresAfterSeconds() expiresAfterSeconds?: number;
  @Hint() filename?: string;
  @Hint() method?: string;
}

export class PackageUploadArgs extends SignedUrlArgs {
  @Hint() name?: string;
  @Hint() version?: string;
}

export class GenerateUploadUrlInput extends MutationInput {
  @ExpiresAfterSeconds() expiresAfterSeconds?: number;
  @Hint() filename?: string;
  @Hint() method?: string;
  @Hint() name?: string;
  @Hint() version?: string;
}
