import { IsBoolean, IsString, MaxLength } from 'class-validator';
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

/** What a publisher says of a version beside its file. Null, absent and empty all say nothing. */
abstract class VersionTextsInput extends MutationInput {
  @Optional()
  @IsString()
  description?: string;

  @Optional()
  @IsString()
  homepage?: string;

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
