import { matchesAll, type Comparator } from './comparator.js';
import { parseDependency, parseRequirement, type Requirement } from './requirement.js';
import { compareVersions, parseVersion, type PackageVersionName } from './version.js';

export type Candidate = { version: string; isYanked: boolean };

/**
 * Which version somebody gets who asks for `requirement` (as `parseRequirement` reads it): an exact version is found also when it is
 * yanked; of all others the highest that is not yanked, and a release before any pre-release.
 * @returns null when there is none, or `requirement` is none.
 */
export function resolveVersion<Found extends Candidate>(
  candidates: readonly Found[],
  requirement: string,
): Found | null {
  return resolve(candidates, parseRequirement(requirement));
}

/** The same for what a package asks of another, as `parseDependency` reads it. */
export function resolveDependency<Found extends Candidate>(
  candidates: readonly Found[],
  requirement: string,
): Found | null {
  return resolve(candidates, parseDependency(requirement));
}

function resolve<Found extends Candidate>(candidates: readonly Found[], requirement: Requirement | null): Found | null {
  if (requirement === null) return null;
  if (requirement.kind === 'exact') {
    return candidates.find(({ version }) => version === requirement.version.text) ?? null;
  }
  const named = candidates.flatMap((candidate) => {
    const name = parseVersion(candidate.version);
    return name === null ? [] : [{ candidate, name }];
  });
  const kept = named.filter(({ candidate }) => !candidate.isYanked);
  if (requirement.kind === 'any') {
    return highest(kept.filter(({ name }) => name.prerelease.length === 0)) ?? highest(kept);
  }
  const { comparators } = requirement;
  const fits = ({ name }: Named<Found>) => matchesAll(comparators, name);
  // Whoever names one version has decided; of its builds the ones that are not yanked come first.
  return highest(kept.filter(fits)) ?? (isPin(comparators) ? highest(named.filter(fits)) : null);
}

type Named<Found> = { candidate: Found; name: PackageVersionName };

/** `=1.2.3`, as `wasmer deploy` writes it. */
function isPin(comparators: Comparator[]): boolean {
  return comparators.length === 1 && comparators[0]!.operator === '=' && comparators[0]!.patch !== null;
}

function highest<Found>(named: Named<Found>[]): Found | null {
  let best: Named<Found> | null = null;
  for (const one of named) if (best === null || compareVersions(one.name, best.name) > 0) best = one;
  return best === null ? null : best.candidate;
}
