import { skeletonOf } from '../../core/event-store/claims.js';
import { largeVersions, type SeedOptions } from './options.js';
import { plannedNamespace, plannedUser } from './plan-accounts.js';
import { plannedPackage } from './plan-packages.js';
import { plannedVersions } from './plan-versions.js';

const options: SeedOptions = { seed: 1, users: 5, packages: 100, versions: 5, exact: false, large: 0 };
const upTo = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

it('no two names of a seed look alike', () => {
  const owners = upTo(300, (index) => [plannedUser(7, index).username, plannedNamespace(7, index).name]).flat();
  expect(new Set(owners.map(skeletonOf)).size).toBe(600);
  const packages = upTo(5_000, (index) => plannedPackage({ ...options, versions: 1 }, index).name);
  expect(new Set(packages.map(skeletonOf)).size).toBe(5_000);
});

it('is the same for the same seed, and grows at its end', () => {
  const few = upTo(50, (index) => plannedPackage(options, index));
  expect(upTo(50, (index) => plannedPackage({ ...options, packages: 1_000 }, index))).toEqual(few);
  expect(plannedPackage({ ...options, seed: 2 }, 0)).not.toEqual(few[0]);
  for (const [index, { versions }] of few.entries()) {
    const more = plannedVersions({ ...options, versions: 20, exact: true }, index);
    expect(more.slice(0, versions.length)).toEqual(versions);
  }
});

it('packages have 1 to 2n - 1 versions and n on average, or exactly n, the large ones many; all rise', () => {
  const counts = upTo(1_000, (index) => plannedVersions(options, index).length);
  expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 9]);
  expect(counts.reduce((sum, count) => sum + count) / 1_000).toBeCloseTo(5, 0);
  expect(new Set(upTo(100, (index) => plannedVersions({ ...options, exact: true }, index).length))).toEqual(
    new Set([5]),
  );
  const large = plannedVersions({ ...options, large: 1 }, 0).map(({ version }) => version);
  expect(new Set(large).size).toBe(largeVersions);
  expect(large.some((version) => version.includes('-rc.'))).toBe(true);
});

it('has private packages and yanked versions, and dependencies that are public and can be resolved', () => {
  const packages = upTo(400, (index) => plannedPackage(options, index));
  const byName = new Map(packages.map((planned) => [`${planned.owner}/${planned.name}`, planned]));
  expect(packages.filter(({ isPrivate }) => isPrivate).length).toBeGreaterThan(5);
  expect(packages.filter(({ versions }) => versions.some(({ yanked }) => yanked !== null)).length).toBeGreaterThan(5);
  const dependencies = packages.flatMap((planned) => planned.dependencies);
  expect(dependencies.length).toBeGreaterThan(100);
  for (const { name, requirement } of dependencies) {
    const used = byName.get(name)!;
    expect([used.isPrivate, used.dependencies]).toEqual([false, []]);
    expect([requirement, used.versions[0]!.yanked]).toEqual([`^${used.versions[0]!.version}`, null]);
  }
});
