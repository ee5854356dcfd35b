import { applyDecorators } from '@nestjs/common';
import { buildMessage, isEmail, MaxLength, ValidateBy } from 'class-validator';

/** For a field of an input: an e-mail address of at most 254 characters. */
export function EmailAddress(): PropertyDecorator {
  const defaultMessage = buildMessage((each) => `${each}$property must be an email`);
  return applyDecorators(ValidateBy({ name: 'isEmail', validator: { validate, defaultMessage } }), MaxLength(254));
}

/** class-validator's own rule throws a URIError for a lone surrogate. */
function validate(value: unknown): boolean {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value) && isEmail(value);
}
