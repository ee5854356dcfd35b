import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';

export class NewNonceInput extends MutationInput {
  @IsString()
  @MaxLength(200)
  callbackUrl!: string;

  @IsString()
  name!: string;
}

class AnswerNonceInput extends MutationInput {
  @IsString()
  @MaxLength(64)
  id!: string;

  @IsString()
  @MaxLength(64)
  secret!: string;
}

export class ValidateNonceInput extends AnswerNonceInput {}

export class InvalidateNonceInput extends AnswerNonceInput {}
