import fc from 'fast-check';
import { satisfies } from 'semver';
import { parsePackageRef } from './package-ref.js';
import { resolveDependency, resolveVersion } from './resolve.js';
import { compareVersions, parseVersion, versionLimits } from './version.js';

/** `!` marks a yanked one. */
const candidates = (list: string) =>
  list.split(' ').map((text) => ({ version: text.replace('!', ''), isYanked: text.endsWith('!') }));
const asked = (list: string, requirement: string) => resolveVersion(candidates(list), requirement)?.version ?? null;
const depended = (list: string, requirement: string) =>
  resolveDependency(candidates(list), requirement)?.version ?? null;

it.each([
  ['1.2.3 1.2.4', '1.2.3', '1.2.3'],
  ['1.2.4', '1.2.3', null],
  ['1.2.3! 1.2.4', '1.2.3', '1.2.3'],
  ['1.2.3-rc.1 1.2.3', '1.2.3-rc.1', '1.2.3-rc.1'],
  ['1.2.3+wasix.2', '1.2.3', null],
  ['1.2.3 1.2.3+wasix.2', '1.2.3', '1.2.3'],
  ['1.2.3 1.2.3+wasix.1 1.2.3+wasix.2', '1.2.3+wasix.1', '1.2.3+wasix.1'],
  ['1.2.3 1.2.3+wasix.2', '=1.2.3+wasix.1', null],
  ['1.2.3+wasix.1!', '=1.2.3+wasix.1', '1.2.3+wasix.1'],
  ['1.2.3', '1.2.3+wasix.1', null],
  ['1.2.3+wasix.01', '1.2.3+wasix.1', null],
])('%s: the exact version %s is %s', (list, requirement, found) => expect(asked(list, requirement)).toBe(found));

it.each([
  ['1.2.3! 1.2.4', '=1.2.3', '1.2.3'],
  ['1.2.3!', '= 1.2.3', '1.2.3'],
  ['1.2.3 1.2.3+wasix.2', '=1.2.3', '1.2.3+wasix.2'],
  ['1.2.3 1.2.3+wasix.2!', '=1.2.3', '1.2.3'],
  ['1.2.3! 1.2.3+wasix.2!', '=1.2.3', '1.2.3+wasix.2'],
  ['1.2.3-rc.1!', '=1.2.3-rc.1', '1.2.3-rc.1'],
  ['1.2.3!', '=1.2', null],
  ['1.2.3!', '=1.2.3, =1.2.3', null],
])('%s: pinned by %s is %s', (list, requirement, found) => expect(asked(list, requirement)).toBe(found));

it.each([
  ['1.0.0 2.0.0 1.9.9', '2.0.0'],
  ['1.0.0 2.0.0! 3.0.0-rc.1', '1.0.0'],
  ['1.0.0! 3.0.0-rc.1 3.0.0-rc.2!', '3.0.0-rc.1'],
  ['1.0.0! 3.0.0-rc.1!', null],
  ['1.0.0 1.0.0+wasix.2 1.0.0+wasix.10', '1.0.0+wasix.10'],
  ['not.a.version', null],
])('%s: the latest is %s', (list, found) => {
  for (const any of ['latest', '*', '']) {
    expect([any, asked(list, any)]).toEqual([any, found]);
    expect([any, depended(list, any)]).toEqual([any, found]);
  }
});

it.each([
  ['1.2.0 1.9.0 2.0.0', '^1.2', '1.9.0'],
  ['1.2.0 1.9.0! 2.0.0', '^1.2', '1.2.0'],
  ['1.9.0!', '^1.2', null],
  ['1.2.0 1.9.0-rc.1', '^1.2', '1.2.0'],
  ['1.2.3-rc.1 1.2.3-rc.2', '>=1.2.3-rc.1, <2', '1.2.3-rc.2'],
  ['1.2.0 1.2.0+wasix.1', '^1.2', '1.2.0+wasix.1'],
  ['1.2.0', '^2', null],
  ['1.2.0', 'nonsense', null],
])('%s: the highest of %s is %s', (list, requirement, found) => {
  expect(asked(list, requirement)).toBe(found);
  expect(depended(list, requirement)).toBe(found);
});

it('a dependency on 1.2.3 takes what is compatible, never a yanked one, and one build when it says so', () => {
  expect(depended('1.2.3 1.9.0 2.0.0', '1.2.3')).toBe('1.9.0');
  expect(depended('1.2.3!', '1.2.3')).toBeNull();
  expect(depended('1.2.3!', '=1.2.3')).toBe('1.2.3');
  expect(depended('1.2.3 1.2.3+wasix.1 1.2.3+wasix.2', '1.2.3+wasix.1')).toBe('1.2.3+wasix.1');
});

it('gives the candidate itself', () => {
  const one = { version: '1.0.0', isYanked: false, id: 7 };
  expect(resolveVersion([one], '^1')).toBe(one);
});

const digit = fc.nat({ max: 3 });
const candidate = fc.record({
  version: fc
    .tuple(digit, digit, digit, fc.constantFrom('', '-rc.1', '-rc.2', '+b.1', '+b.2'))
    .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`),
  isYanked: fc.boolean(),
});
const range = fc
  .tuple(fc.constantFrom('^', '~', '>=', '<'), digit, digit)
  .map(([operator, major, minor]) => `${operator}${major}.${minor}`);

it('property: a range gives the highest that fits and is not yanked, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(candidate), range, (all, requirement) => {
      const fitting = all.filter(({ version, isYanked }) => !isYanked && satisfies(version, requirement));
      const found = resolveVersion(all, requirement);
      expect(found === null).toBe(fitting.length === 0);
      if (found === null) return;
      expect(fitting).toContain(found);
      for (const { version } of fitting) {
        expect(compareVersions(parseVersion(found.version)!, parseVersion(version)!)).toBeGreaterThanOrEqual(0);
      }
      expect(resolveVersion(all.toReversed(), requirement)?.version).toBe(found.version);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['ns/name', { owner: 'ns', name: 'name', requirement: null }],
  ['ns/name@', { owner: 'ns', name: 'name', requirement: null }],
  ['ns/name@^1.2', { owner: 'ns', name: 'name', requirement: '^1.2' }],
  ['ns/name@>=1, <2', { owner: 'ns', name: 'name', requirement: '>=1, <2' }],
  ['ns/name@1.2.3+wasix.1', { owner: 'ns', name: 'name', requirement: '1.2.3+wasix.1' }],
  ['ns/name:1.0', { owner: 'ns', name: 'name', requirement: '1.0' }],
  ['ns/name@latest', { owner: 'ns', name: 'name', requirement: 'latest' }],
])('%s is a package', (text, expected) => expect(parsePackageRef(text)).toEqual(expected));

it.each(
  [
    '',
    'name',
    '/name',
    'ns/',
    'ns/name/more',
    'n s/name',
    'ns /name',
    'ns/name@nonsense',
    '@1',
    'ns/@1',
    'ns@1/name',
    'ns/name@1@2',
  ].concat(['https://example.org/ns/name', 'host:ns/name', `ns/${'n'.repeat(versionLimits.referenceChars)}`]),
)('%j is no package', (text) => expect(parsePackageRef(text)).toBeNull());
