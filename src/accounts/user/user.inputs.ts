import { IsBoolean, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import type { Upload } from '../../core/graphql/multipart/upload.js';
import { UploadField } from '../../core/graphql/multipart/upload-field.js';
import { Optional } from '../../core/graphql/validation.js';
import { EmailAddress } from '../email-address.js';
import { WebsiteUrl } from '../website-url.js';

export class RegisterUserInput extends MutationInput {
  @IsString()
  username!: string;

  @EmailAddress()
  email!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(1024)
  password!: string;

  @Optional()
  @IsString()
  @MaxLength(200)
  fullName?: string;

  @Optional()
  @IsBoolean()
  acceptedTos?: boolean;

  @Optional()
  @IsString()
  @MaxLength(500)
  intent?: string;

  @Optional()
  @IsBoolean()
  enterProTrial?: boolean;

  @Optional()
  @IsString()
  @MaxLength(200)
  fingerprintVisitorId?: string;
}

/** Null and absent leave a field as it is; an empty text clears it. */
export class UpdateUserInfoInput extends MutationInput {
  @Optional()
  @IsString()
  userId?: string;

  @Optional()
  @IsString()
  @MaxLength(200)
  fullName?: string;

  @Optional()
  @IsString()
  @MaxLength(1000)
  bio?: string;

  @Optional()
  @IsString()
  @MaxLength(200)
  location?: string;

  @Optional()
  @Matches(/^[A-Za-z0-9-]{0,39}$/, { message: 'github must be a user name of GitHub' })
  github?: string;

  @Optional()
  @Matches(/^\w{0,39}$/, { message: 'twitter must be a user name of Twitter' })
  twitter?: string;

  @Optional()
  @WebsiteUrl()
  websiteUrl?: string;

  @Optional()
  @IsString()
  avatar?: string;

  @UploadField()
  avatarUpload?: Upload;
}

export class ChangeUserUsernameInput extends MutationInput {
  @IsString()
  username!: string;
}

export class CheckUserExistsInput extends MutationInput {
  @IsString()
  @MaxLength(254)
  user!: string;
}

export class DeleteUserInput extends MutationInput {
  @IsString()
  userId!: string;
}

export class ChangeUserPasswordInput extends MutationInput {
  @Optional()
  @IsString()
  @MaxLength(1024)
  oldPassword?: string;

  @IsString()
  @MinLength(8)
  @MaxLength(1024)
  password!: string;

  @Optional()
  @IsString()
  token?: string;
}

export class ValidateUserPasswordInput extends MutationInput {
  @IsString()
  @MaxLength(1024)
  password!: string;
}

export class RequestPasswordResetInput extends MutationInput {
  @EmailAddress()
  email!: string;
}

export class ChangeUserEmailInput extends MutationInput {
  @EmailAddress()
  newEmail!: string;
}

export class RequestValidationEmailInput extends MutationInput {
  @Optional()
  @IsString()
  userId?: string;
}

export class ValidateUserEmailInput extends MutationInput {
  @IsString()
  challenge!: string;

  @Optional()
  @IsString()
  userId?: string;
}
