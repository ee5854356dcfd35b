import { IsOptional, IsString, MaxLength } from 'class-validator';

export class ObtainJSONWebTokenInput {
  @IsString()
  @MaxLength(254)
  username!: string;

  @IsString()
  @MaxLength(1024)
  password!: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  clientMutationId?: string | null;
}
