import { IsOptional, IsString, MaxLength } from 'class-validator';

export class GenerateAPITokenInput {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  identifier?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  clientMutationId?: string | null;
}
