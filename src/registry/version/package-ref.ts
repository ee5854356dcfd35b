import { parseRequirement } from './requirement.js';
import { versionLimits } from './version.js';

/** A package as people write it. Whether owner and name keep their rules is not looked at here. */
export type PackageRef = { owner: string; name: string; requirement: string | null };

/** @param text `ns/name`, `ns/name@^1.2`, or `ns/name:1.2` as older clients write it. @returns null for anything else. */
export function parsePackageRef(text: string): PackageRef | null {
  if (text.length > versionLimits.referenceChars) return null;
  const [, owner, name, requirement] = /^([^/@:\s]+)\/([^/@:\s]+)(?:[@:](.*))?$/.exec(text) ?? [];
  if (owner === undefined || name === undefined) return null;
  // As for `wasmer`, nothing after the @ says nothing.
  if (requirement === undefined || requirement === '') return { owner, name, requirement: null };
  return parseRequirement(requirement) === null ? null : { owner, name, requirement };
}
