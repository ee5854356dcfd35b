import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { UploadField } from '../../core/graphql/multipart/upload-field.js';
import { Optional } from '../../core/graphql/validation.js';
import { WebsiteUrl } from '../website-url.js';

/** What both inputs say of a namespace. Null and absent leave a field as it is; an empty text clears it. */
class NamespaceTexts extends MutationInput {
  @Optional()
  @IsString()
  @MaxLength(200)
  displayName?: string;

  @Optional()
  @IsString()
  @MaxLength(1000)
  description?: string;

  @Optional()
  @IsString()
  avatar?: string;

  @UploadField()
  avatarUpload?: Upload;
}

export class CreateNamespaceInput extends NamespaceTexts {
  @IsString()
  name!: string;
}

export class UpdateNamespaceInput extends NamespaceTexts {
  @IsString()
  namespaceId!: string;

  @Optional()
  @IsString()
  name?: string;

  @Optional()
  @IsString()
  @MaxLength(39)
  github?: string;

  @Optional()
  @IsString()
  @MaxLength(39)
  twitter?: string;

  @WebsiteUrl()
  websiteUrl?: string;
}

export class DeleteNamespaceInput extends MutationInput {
  @IsString()
  namespaceId!: string;
}
