import { IsBoolean, IsEmail, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';

export class RegisterUserInput {
  @IsString()
  username!: string;

  @IsEmail()
  @MaxLength(254)
  email!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(1024)
  password!: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  fullName?: string | null;

  @IsOptional()
  @IsBoolean()
  acceptedTos?: boolean | null;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  intent?: string | null;

  @IsOptional()
  @IsBoolean()
  enterProTrial?: boolean | null;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  fingerprintVisitorId?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  clientMutationId?: string | null;
}
