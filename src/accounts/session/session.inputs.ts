import { IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';

export class ObtainJSONWebTokenInput extends MutationInput {
  @IsString()
  @MaxLength(254)
  username!: string;

  @IsString()
  @MaxLength(1024)
  password!: string;
}
