import { IsString, MaxLength } from 'class-validator';
import { Optional } from './validation.js';

/** What every mutation's input has. */
export abstract class MutationInput {
  /** Names this mutation with this input, so that a repeat changes nothing. Null, absent and empty all mean: not named. */
  @Optional()
  @IsString()
  @MaxLength(128)
  clientMutationId?: string;
}
