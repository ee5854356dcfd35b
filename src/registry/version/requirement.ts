import { parseComparators, type Comparator } from './comparator.js';
import { parseVersion, versionLimits, type PackageVersionName } from './version.js';

/** What somebody wants of a package. */
export type Requirement =
  /** `latest`, `*` or nothing. */
  | { kind: 'any' }
  /** One version and no other: `1.2.3`, `=1.2.3+wasix.2`. */
  | { kind: 'exact'; version: PackageVersionName }
  /** All of the comparators hold. */
  | { kind: 'range'; comparators: Comparator[] };

/**
 * Reads what a caller asks for: `getPackageVersion(version:)`, `ns/name@...`. A full version means that one, for so the publisher's
 * client asks whether a version is there already.
 * @returns null when the text is no requirement.
 */
export function parseRequirement(text: string): Requirement | null {
  const version = parseVersion(text);
  return version === null ? parseRange(text) : { kind: 'exact', version };
}

/**
 * Reads what a package asks of another: as before, but `1.2.3` means `^1.2.3`. A version with build metadata is still that one, for
 * ranges know nothing of builds.
 * @returns null when the text is no requirement.
 */
export function parseDependency(text: string): Requirement | null {
  const version = parseVersion(text);
  return version !== null && version.build.length > 0 ? { kind: 'exact', version } : parseRange(text);
}

const any = new Set(['', 'latest', '*', 'x', 'X']);

function parseRange(text: string): Requirement | null {
  if (text.length > versionLimits.requirementChars) return null;
  if (any.has(text.replace(/^ +| +$/g, ''))) return { kind: 'any' };
  const pinned = text.startsWith('=') ? parseVersion(text.slice(1)) : null;
  if (pinned !== null && pinned.build.length > 0) return { kind: 'exact', version: pinned };
  const comparators = parseComparators(text);
  return comparators === null ? null : { kind: 'range', comparators };
}

/** Texts that want the same of a dependency have the same key: `1.0` and `^1.0`. What cannot be read is its own key. */
export function dependencyKey(text: string): string {
  const requirement = parseDependency(text);
  return requirement === null ? text : JSON.stringify(requirement);
}
