import { IsEmpty, IsOptional, IsString, IsUrl, MaxLength, ValidateIf } from 'class-validator';

const notTaken = { message: 'avatars are not taken yet' };

/** What both inputs say of a namespace. Null and absent leave a field as it is; an empty text clears it. */
class NamespaceTexts {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  displayName?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(1000)
  description?: string | null;

  @IsEmpty(notTaken)
  avatar?: null;

  @IsEmpty(notTaken)
  avatarUpload?: null;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  clientMutationId?: string | null;
}

export class CreateNamespaceInput extends NamespaceTexts {
  @IsString()
  name!: string;
}

export class UpdateNamespaceInput extends NamespaceTexts {
  @IsString()
  namespaceId!: string;

  @IsOptional()
  @IsString()
  name?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(39)
  github?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(39)
  twitter?: string | null;

  @ValidateIf((input: UpdateNamespaceInput) => Boolean(input.websiteUrl))
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(500)
  websiteUrl?: string | null;
}

export class DeleteNamespaceInput {
  @IsString()
  namespaceId!: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  clientMutationId?: string | null;
}
