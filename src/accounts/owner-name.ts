import { normalise } from '../core/event-store/claims.js';
import type { Claim } from '../core/command/decision.js';
import { refuse } from './accounts.errors.js';

/** Names that address the service itself: the first part of a path is either one of these or an owner. */
const reserved = new Set(
  `about admin api assets auth avatars blog docs graphql health help internal livez login logout mail me metrics new null packages
   readyz register registry reset root search settings signup static status support system undefined user users webhooks www`.split(
    /\s+/,
  ),
);

export const ownerNameLimits = { minLength: 2, maxLength: 39 };

/** @throws Refusal INVALID_NAME with the field and the rule. */
export function assertOwnerName(name: string, field: string): void {
  const { minLength, maxLength } = ownerNameLimits;
  if (name.length < minLength || name.length > maxLength) {
    throw refuse('INVALID_NAME', { field, rule: `length ${minLength} to ${maxLength}` });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
    throw refuse('INVALID_NAME', { field, rule: 'letters, digits, - and _, first a letter or a digit' });
  }
  if (reserved.has(name.toLowerCase())) throw refuse('INVALID_NAME', { field, rule: 'not a reserved name' });
}

/** The one name space that users and namespaces share. */
export const ownerName = (name: string, field: string): Claim => ({
  kind: 'owner-name',
  value: name,
  taken: () => refuse('NAME_TAKEN', { field }),
});

/** How a name is looked up: the claim's own normal form, so that a look-up and a claim never differ. */
export const foldedName = normalise;
