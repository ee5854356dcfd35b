import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';

export class GenerateAPITokenInput extends MutationInput {
  @Optional()
  @IsString()
  @MaxLength(200)
  identifier?: string;
}
