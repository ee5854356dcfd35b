import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsString, MaxLength, ValidateNested } from 'class-validator';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { UploadField } from '../../core/graphql/multipart/upload-field.js';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';

export class PushPackageReleaseInput extends MutationInput {
  @Optional()
  @IsString()
  name?: string;

  @IsString()
  namespace!: string;

  @Optional()
  @IsBoolean()
  private?: boolean;

  @IsString()
  @MaxLength(2048)
  signedUrl!: string;
}

/** The old command-line client can sign what it publishes. */
export class InputSignature {
  @IsString()
  data!: string;

  @IsString()
  publicKeyKeyId!: string;
}

/** What a publisher says of a version beside its file. Null, absent and empty all say nothing. */
abstract class VersionTextsInput extends MutationInput {
  @Optional()
  @IsString()
  description?: string;

  @Optional()
  @IsString()
  homepage?: string;

  /** A picture of the package. */
  @Optional()
  @IsString()
  icon?: string;

  @Optional()
  @IsString()
  license?: string;

  @Optional()
  @IsString()
  licenseFile?: string;

  @Optional()
  @IsString()
  name?: string;

  @Optional()
  @IsString()
  namespace?: string;

  @Optional()
  @IsBoolean()
  private?: boolean;

  @Optional()
  @IsString()
  readme?: string;

  @Optional()
  @IsString()
  repository?: string;

  @Optional()
  @Type(() => InputSignature)
  @ValidateNested()
  signature?: InputSignature;
}

export class TagPackageReleaseInput extends VersionTextsInput {
  @Optional()
  @IsString()
  manifest?: string;

  @IsString()
  packageReleaseId!: string;

  @IsString()
  version!: string;
}

/** `targz` is what the schema says when the client says nothing. */
export const uploadFormats = ['targz', 'webcv2', 'webcv3'] as const;

export class PublishPackageInput extends VersionTextsInput {
  /** The name of the archive, as the old command-line client sends it beside the file. */
  @Optional()
  @IsString()
  file?: string;

  @UploadField()
  fileUpload?: Upload;

  @UploadField()
  iconUpload?: Upload;

  @IsString()
  manifest!: string;

  @Optional()
  @IsString()
  @MaxLength(2048)
  signedUrl?: string;

  @Optional()
  @IsIn(uploadFormats)
  uploadFormat?: (typeof uploadFormats)[number];

  @Optional()
  @IsString()
  version?: string;

  @Optional()
  @IsBoolean()
  wait?: boolean;
}
