import { IsBoolean, IsEmail, IsString, MaxLength, MinLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';

export class RegisterUserInput extends MutationInput {
  @IsString()
  username!: string;

  @IsEmail()
  @MaxLength(254)
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
