import { ArrayMaxSize, IsBoolean, IsString, MaxLength } from 'class-validator';
import { MutationInput } from '../../core/graphql/mutation-input.js';
import { Optional } from '../../core/graphql/validation.js';
import { registryLimits } from '../registry.limits.js';

export class YankPackageVersionsInput extends MutationInput {
  @IsString({ each: true })
  @ArrayMaxSize(registryLimits.versionsPerYank)
  packageVersionIds!: string[];

  @Optional()
  @IsString()
  @MaxLength(registryLimits.yankReasonChars)
  reason?: string;

  @Optional()
  @IsBoolean()
  undo?: boolean;
}

export class ChangePackageVersionArchivedStatusInput extends MutationInput {
  /** The contract lets it be null, and does not say what that would mean. */
  @IsBoolean()
  isArchived!: boolean;

  @IsString()
  packageVersionId!: string;
}
