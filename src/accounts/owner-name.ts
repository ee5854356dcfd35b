import { normalise, skeletonOf } from '../core/event-store/claims.js';
import type { Claim } from '../core/command/decision.js';
import { refuse } from './accounts.errors.js';

/** How a name is looked up: the claim's own normal form, so that a look-up and a claim never differ. */
export const foldedName = normalise;

/** Names that address the service itself: the first part of a path is either one of these or an owner. */
const reserved = new Set(
  `about admin api assets auth avatars blog docs graphql health help internal livez login logout mail me metrics new null packages
   readyz register registry reset root search settings signup static status support system undefined uploads user users webhooks
   www`.split(/\s+/),
);

export { skeletonOf };

const reservedSkeletons = new Set([...reserved].map(skeletonOf));

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
  if (reservedSkeletons.has(skeletonOf(name)))
    throw refuse('INVALID_NAME', { field, rule: 'not a reserved name, nor one that looks like it' });
}

/** What a new name takes in the one name space that users and namespaces share: the name itself, and what it looks like. */
export const ownerNameClaims = (name: string, field: string): Claim[] => [
  ownerName(name, field),
  ownerSkeleton(skeletonOf(name), field),
];

export const ownerName = (name: string, field: string): Claim => ({
  kind: 'owner-name',
  value: name,
  taken: () => refuse('NAME_TAKEN', { field }),
});

export const ownerSkeleton = (skeleton: string, field: string): Claim => ({
  kind: 'owner-skeleton',
  value: skeleton,
  taken: () => refuse('NAME_TAKEN', { field, rule: 'does not look like a name that is taken' }, looksTaken),
});

const looksTaken = 'This name looks like one that is taken.';
