import type { Claim } from '../../core/command/decision.js';
import { normalise, skeletonOf } from '../../core/event-store/claims.js';
import { refuse } from '../registry.errors.js';

export const packageNameLimits = { minLength: 1, maxLength: 100 };

/** How a name is looked up: the claim's own normal form, so that a look-up and a claim never differ. */
export const foldedPackageName = normalise;

/** @param field input field that held the name. @throws Refusal INVALID_PACKAGE_NAME with the field and the rule. */
export function assertPackageName(name: string, field: string): void {
  const { minLength, maxLength } = packageNameLimits;
  if (name.length < minLength || name.length > maxLength) {
    throw refuse('INVALID_PACKAGE_NAME', { field, rule: `length ${minLength} to ${maxLength}` });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
    throw refuse('INVALID_PACKAGE_NAME', { field, rule: 'letters, digits, - and _, first a letter or a digit' });
  }
}

/** What a new package takes under its owner: the name itself, and what it looks like. */
export const packageNameClaims = (ownerId: string, name: string): Claim[] => [
  packageName(ownerId, name),
  packageLook(ownerId, name),
];

/** Of names with one skeleton an owner has only one package, for readers would take them for each other. */
export const packageLook = (ownerId: string, name: string): Claim => ({
  kind: 'package-skeleton',
  value: `${ownerId}/${skeletonOf(name)}`,
  taken: () => refuse('PACKAGE_NAME_TAKEN', { field: 'name', rule: 'does not look like another name' }),
});

export const packageName = (ownerId: string, name: string): Claim => ({
  kind: 'package-name',
  value: `${ownerId}/${name}`,
  taken: () => refuse('PACKAGE_NAME_TAKEN', { field: 'name' }),
});
