import { ValidationPipe } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, type ValidationError } from 'class-validator';
import { refuse } from '../errors/core.errors.js';
import type { Refusal } from '../errors/refusal.js';

/**
 * Checks each argument that is an input class against the rules of that class. Fields without a rule pass untouched.
 * A broken rule is refused with BAD_USER_INPUT, naming the field and the rule.
 */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({ transform: true, whitelist: false, exceptionFactory: refusalOf });
}

/**
 * The same check for input that comes another way than as a mutation's argument, such as a form.
 * @throws Refusal BAD_USER_INPUT with field and rule
 */
export function checkedInput<Input>(type: new () => Input, fields: object): Promise<Input> {
  return formPipe.transform({ ...fields }, { type: 'body', metatype: type }) as Promise<Input>;
}

const formPipe = createValidationPipe();

/** For a field of an input class that may be left out. Null means the same as leaving it out: the command sees undefined. */
export function Optional(): PropertyDecorator {
  const nullAsAbsent = Transform(({ value }: { value: unknown }) => value ?? undefined);
  return combine(nullAsAbsent, IsOptional());
}

/** For a field of an input class that may be left out (undefined, no change) or be null, which clears the value. */
export function Clearable(): PropertyDecorator {
  return IsOptional();
}

function combine(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, name) => decorators.forEach((decorate) => decorate(target, name));
}

type Violation = { field: string; rule: string; message: string };

const maxViolations = 10;

/** @param errors of class-validator; the first violation is the answer's own; when there are several, `violations` lists them all. */
function refusalOf(errors: ValidationError[]): Refusal {
  const violations = errors.flatMap((error) => violationsOf(error, '')).slice(0, maxViolations);
  const { field, rule, message } = violations[0] ?? { field: '', rule: 'type', message: undefined };
  return refuse('BAD_USER_INPUT', { field, rule, ...(violations.length > 1 && { violations }) }, message);
}

/** Paths are dotted and start inside the argument: `config.yamlConfig`, `records.0.name`. */
function violationsOf(error: ValidationError, parent: string): Violation[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({ field, rule, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, field))];
}
