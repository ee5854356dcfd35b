import { IsBoolean, IsString } from 'class-validator';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { UploadField } from '../../core/graphql/multipart/upload-field.js';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';

export class ArchivePackageInput extends MutationInput {
  @Optional()
  @IsBoolean()
  isArchived?: boolean;

  @IsString()
  packageId!: string;
}

export class MakePackagePublicInput extends MutationInput {
  @IsString()
  id!: string;
}

/** Null and absent leave the icon as it is; an empty text clears it. */
export class UpdatePackageInput extends MutationInput {
  @Optional()
  @IsString()
  icon?: string;

  @UploadField()
  iconUpload?: Upload;

  @IsString()
  packageId!: string;
}
