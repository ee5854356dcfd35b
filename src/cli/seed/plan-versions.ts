import { drawFor } from './draw.js';
import { largeVersions, type SeedOptions } from './options.js';
import type { Random } from './random.js';
import { yankReasons } from './words.js';

/** `yanked` is the reason; null for one that is not. */
export type PlannedVersion = { version: string; yanked: string | null };

/** The first version of the nth package: a release, and never yanked, so that others can depend on it. */
export const firstVersion = (seed: number, index: number): string =>
  drawFor(seed, 'first', index).of(['0.1.0', '0.1.0', '1.0.0']);

/** Versions of the nth package in the order in which they are published. More of them are the same ones and some behind. */
export function plannedVersions(options: SeedOptions, index: number): PlannedVersion[] {
  const { seed } = options;
  const random = drawFor(seed, 'versions', index);
  const versions: PlannedVersion[] = [{ version: firstVersion(seed, index), yanked: null }];
  const count = versionCount(options, index);
  let release = versions[0]!.version;
  let candidate = 0;
  while (versions.length < count) {
    if (candidate === 0) release = successor(release, random);
    candidate = random.next() < 0.12 ? candidate + 1 : 0;
    const version = candidate > 0 ? `${release}-rc.${candidate}` : release;
    versions.push({ version, yanked: random.next() < 0.03 ? random.of(yankReasons) : null });
  }
  return versions;
}

function versionCount({ seed, versions, exact, large }: SeedOptions, index: number): number {
  if (index < large) return largeVersions;
  return exact ? versions : drawFor(seed, 'count', index).between(1, 2 * versions - 1);
}

function successor(release: string, random: Random): string {
  const [major, minor, patch] = release.split('.').map(Number) as [number, number, number];
  const kind = random.next();
  if (kind < 0.05) return `${major + 1}.0.0`;
  return kind < 0.35 ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}
