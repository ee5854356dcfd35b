import fc from 'fast-check';
import { compareVersions, parseVersion, versionLimits } from '../version/version.js';
import { isPrerelease, versionSortKey } from './package.events.js';

const sign = Math.sign;
const compareKeys = (a: string, b: string) => versionSortKey(a).compare(versionSortKey(b));
const compareAsSemver = (a: string, b: string) => compareVersions(parseVersion(a)!, parseVersion(b)!);

/** From semver.org, §11; versions that differ in their build metadata alone as Rust's `semver::Version` orders them. */
const ascending = [
  '0.0.0-0',
  '0.0.0',
  '0.0.9',
  '0.0.10',
  '0.9.0',
  '0.10.0',
  '1.0.0--',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.1.0',
  '1.0.0-alpha.beta',
  '1.0.0-alpha-',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-beta.11+1',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.0+0',
  '1.0.0+00',
  '1.0.0+1',
  '1.0.0+1.a',
  '1.0.0+01',
  '1.0.0+9',
  '1.0.0+10',
  '1.0.0+A',
  '1.0.0+a',
  '1.0.1-1',
  '1.0.1-2',
  '1.0.1-10',
  '1.0.1-a',
  '1.0.1',
  '9007199254740991.0.0-9007199254740990',
  '9007199254740991.0.0',
];

it('sorts as the specification does', () => {
  const turned = [...ascending].reverse();
  expect(turned.sort(compareKeys)).toEqual(ascending);
});

const number = fc.oneof(fc.nat(12), fc.maxSafeNat()).map(String);
const word = fc
  .string({ unit: fc.constantFrom(...'09aZz-'), minLength: 1, maxLength: 4 })
  .filter((text) => !/^\d+$/.test(text));
const digits = fc.string({ unit: fc.constantFrom(...'019'), minLength: 1, maxLength: 3 });
const list = (identifier: fc.Arbitrary<string>) =>
  fc.array(identifier, { minLength: 1, maxLength: 3 }).map((identifiers) => identifiers.join('.'));
type Parts = { core: string; pre?: string; build?: string };
const parts: fc.Arbitrary<Parts> = fc.record({
  core: fc.tuple(number, number, number).map((numbers) => numbers.join('.')),
  pre: fc.option(list(fc.oneof(number, word)), { nil: undefined }),
  build: fc.option(list(fc.oneof(digits, word)), { nil: undefined }),
});
const text = ({ core, pre, build }: Parts) => [core, pre && `-${pre}`, build && `+${build}`].join('');
/** Mostly such as have much in common, for among any two the first number decides. */
const pair = fc
  .tuple(parts, parts, fc.constantFrom({}, { core: true }, { core: true, pre: true }))
  .map(([one, other, { core, pre }]: [Parts, Parts, { core?: true; pre?: true }]) => [
    text(one),
    text({ ...other, ...(core && { core: one.core }), ...(pre && { pre: one.pre }) }),
  ]) as fc.Arbitrary<[string, string]>;

it('sorts any two versions as Rust does, and tells apart all that differ', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      fc.pre(a.length <= versionLimits.versionChars && b.length <= versionLimits.versionChars);
      expect([a, b, sign(compareKeys(a, b))]).toEqual([a, b, sign(compareAsSemver(a, b))]);
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ['1.0.0', false],
  ['1.0.0-a', true],
  ['1.0.0+a-b', false],
  ['1.0.0-a+b', true],
])('knows whether %s is a pre-release: %s', (text, expected) => {
  expect(isPrerelease(text)).toBe(expected);
});
