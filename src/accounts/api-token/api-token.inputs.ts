import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';

/** Either names what is to be revoked. */
export class RevokeAPITokenInput extends MutationInput {
  @Optional()
  @IsString()
  @MaxLength(200)
  token?: string;

  @Optional()
  @IsString()
  @MaxLength(64)
  tokenId?: string;
}

export class GenerateAPITokenInput extends MutationInput {
  @Optional()
  @IsString()
  @MaxLength(200)
  identifier?: string;
}
