import { comparePrereleases, parseVersion, versionLimits, type PackageVersionName } from './version.js';

export type Operator = '=' | '>' | '>=' | '<' | '<=' | '~' | '^';

/** One part of a requirement: an operator and a version that may be cut short. Plain data. */
export type Comparator = {
  operator: Operator;
  major: number;
  minor: number | null;
  /** Only where there is a minor. */
  patch: number | null;
  /** Only where there is a patch. */
  prerelease: string[];
};

/** Reads what the crate `semver` (1.x, `VersionReq`) reads, without the lone `*`. @returns null for anything else. */
export function parseComparators(text: string): Comparator[] | null {
  const parts = text.split(',');
  if (parts.length > versionLimits.comparators) return null;
  const comparators: Comparator[] = [];
  for (const part of parts) {
    const comparator = parseComparator(part);
    if (comparator === null) return null;
    comparators.push(comparator);
  }
  return comparators;
}

/** Operator, then up to three numbers, of which the last ones can be `*`; only after all three what follows them in a version. */
const comparatorPattern =
  /^ *(?<operator>[<>]=?|[=~^]|) *(?<major>\d+)(?:\.(?<minor>\d+|[*xX])(?:\.(?<patch>\d+|[*xX])(?<rest>[-+][^ ]*)?)?)? *$/;

function parseComparator(text: string): Comparator | null {
  const found = comparatorPattern.exec(text)?.groups;
  if (found === undefined) return null;
  const { operator, major, minor = '*', patch = '*', rest = '' } = found;
  const [hasMinor, hasPatch] = [minor, patch].map((part) => /^\d/.test(part));
  if (hasPatch ? !hasMinor : rest !== '') return null;
  // Its rules for numbers and for what follows them are those of a version.
  const version = parseVersion([major, hasMinor ? minor : 0, hasPatch ? patch : 0].join('.') + rest);
  if (version === null) return null;
  return {
    operator: operatorOf(operator!, found),
    major: version.major,
    minor: hasMinor ? version.minor : null,
    patch: hasPatch ? version.patch : null,
    prerelease: version.prerelease,
  };
}

/** Without an operator it is `^`, and `=` before a star: `1.*`. */
function operatorOf(operator: string, { minor, patch }: Record<string, string>): Operator {
  if (operator !== '') return operator as Operator;
  return [minor, patch].some((part) => part !== undefined && /^[*xX]$/.test(part)) ? '=' : '^';
}

/**
 * Whether all of them hold for the version. A pre-release is meant only by a comparator that has itself a pre-release of the same three
 * numbers: `^1.2.3-rc.1` takes `1.2.3-rc.2`, and not `1.3.0-rc.1`.
 */
export function matchesAll(comparators: Comparator[], version: PackageVersionName): boolean {
  if (!comparators.every((comparator) => matches(comparator, version))) return false;
  return version.prerelease.length === 0 || comparators.some((comparator) => meansPrereleaseOf(comparator, version));
}

function meansPrereleaseOf(comparator: Comparator, { major, minor, patch }: PackageVersionName): boolean {
  const isSame = comparator.major === major && comparator.minor === minor && comparator.patch === patch;
  return isSame && comparator.prerelease.length > 0;
}

/** As `matches_impl` of the crate `semver` (1.0.28, eval.rs). */
function matches(comparator: Comparator, version: PackageVersionName): boolean {
  const numbers = compareNumbers(version, comparator);
  const order = numbers || comparePrereleases(version.prerelease, comparator.prerelease);
  switch (comparator.operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return isBelow(comparator, numbers, order);
    case '<=':
      return order === 0 || isBelow(comparator, numbers, order);
    case '~':
      return order >= 0 && isSameMinor(comparator, version);
    case '^':
      return isCompatible(comparator, version, order);
  }
}

/** Only as far as the comparator goes: every 1.2.x is equal to `1.2`. */
function compareNumbers(version: PackageVersionName, { major, minor, patch }: Comparator): number {
  if (version.major !== major) return version.major - major;
  if (minor !== null && version.minor !== minor) return version.minor - minor;
  return patch === null ? 0 : version.patch - patch;
}

/** A pre-release is not below what is cut short: `<1.2` does not take 1.2.0-rc. */
function isBelow({ patch }: Comparator, numbers: number, order: number): boolean {
  return patch === null ? numbers < 0 : order < 0;
}

function isSameMinor({ major, minor }: Comparator, version: PackageVersionName): boolean {
  return version.major === major && (minor === null || version.minor === minor);
}

/** What is left of the first number above 0 stays, and that number too. */
function isCompatible({ major, minor, patch }: Comparator, version: PackageVersionName, order: number): boolean {
  if (version.major !== major) return false;
  if (minor === null) return true;
  if (patch === null) return major > 0 ? version.minor >= minor : version.minor === minor;
  if (major === 0 && version.minor !== minor) return false;
  if (major === 0 && minor === 0 && version.patch !== patch) return false;
  return order >= 0;
}
