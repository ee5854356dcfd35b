import { parse } from 'semver';

/** As clients send it; longer texts are no versions here. */
export const versionLimits = {
  /** Characters of a version. */
  versionChars: 100,
  /** Characters of a requirement. */
  requirementChars: 200,
  /** Comparators of a requirement: what the crate `semver` takes. */
  comparators: 32,
  /** Characters of a package's name with owner and requirement. */
  referenceChars: 500,
} as const;

/** A version of a package (semver 2.0): plain data. Numbers are at most 2^53 - 1. */
export type PackageVersionName = {
  /** As it was given; two versions are the same one when these texts are. */
  text: string;
  major: number;
  minor: number;
  patch: number;
  /** What stands after `-`, between dots; empty for a release. */
  prerelease: string[];
  /** What stands after `+`, between dots. */
  build: string[];
};

/** @returns null when the text is no version as the crate `semver` reads it: no `v` in front, no blanks, all three numbers. */
export function parseVersion(text: string): PackageVersionName | null {
  // The npm package takes blanks around and a `v` in front; apart from these two its grammar is that of the crate.
  if (text.length > versionLimits.versionChars || !/^\d\S*$/.test(text)) return null;
  const parsed = parse(text);
  if (parsed === null) return null;
  const { major, minor, patch, build } = parsed;
  return { text, major, minor, patch, prerelease: parsed.prerelease.map(String), build: [...build] };
}

/**
 * The total order of Rust's `semver::Version`: the precedence of semver 2.0, and the build metadata among versions of equal precedence.
 * Not the npm package's: it rounds long numbers, and takes `+1` and `+01` for equal.
 * @returns a number below, of or above 0.
 */
export function compareVersions(a: PackageVersionName, b: PackageVersionName): number {
  return compareReleases(a, b) || comparePrereleases(a.prerelease, b.prerelease) || compareBuilds(a.build, b.build);
}

function compareReleases(a: PackageVersionName, b: PackageVersionName): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** A release comes after its pre-releases. */
export function comparePrereleases(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareIdentifiers(a, b);
}

function compareBuilds(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return a.length - b.length;
  return compareIdentifiers(a, b);
}

/** The first that differs decides; a longer list comes after its own beginning. */
function compareIdentifiers(a: string[], b: string[]): number {
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifier(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers come before words. Only build metadata has leading zeros: 0 < 00 < 1 < 01 < 2. */
function compareIdentifier(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [a, b].map((text) => /^\d+$/.test(text));
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (!isNumber) return compareTexts(a, b);
  // As texts, for they may have more digits than a number holds.
  const [digits, otherDigits] = [a, b].map((text) => text.replace(/^0+/, '')) as [string, string];
  return digits.length - otherDigits.length || compareTexts(digits, otherDigits) || a.length - b.length;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The version without its build metadata: `1.2.3` of `1.2.3+wasix.2`. */
export function baseOf(version: string): string {
  return version.split('+', 1)[0]!;
}

/** Whether `version` is a later build of what `other` is: `1.2.3+wasix.2` of `1.2.3` and of `1.2.3+wasix.1`. */
export function isRebuildOf(version: string, other: string): boolean {
  if (baseOf(version) !== baseOf(other)) return false;
  const [parsed, parsedOther] = [parseVersion(version), parseVersion(other)];
  return parsed !== null && parsedOther !== null && compareVersions(parsed, parsedOther) > 0;
}
