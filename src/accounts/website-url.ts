import { applyDecorators } from '@nestjs/common';
import { IsUrl, MaxLength, ValidateIf } from 'class-validator';

/** For a field of an input: an http or https address of at most 500 characters. Null and an empty text pass. */
export function WebsiteUrl(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value: unknown) => Boolean(value)),
    IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }),
    MaxLength(500),
  );
}
