import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { compareBuild } from 'semver';
import { baseOf, compareVersions, isRebuildOf, parseVersion, versionLimits } from './version.js';

const rust = JSON.parse(readFileSync(new URL('../../../test/semver/rust.json', import.meta.url), 'utf8')) as {
  order: string[];
  notVersions: string[];
};

const version = (text: string) => parseVersion(text)!;
const compare = (a: string, b: string) => Math.sign(compareVersions(version(a), version(b)));

it('takes a version apart', () => {
  expect(parseVersion('1.2.3-rc.1+wasix.02')).toEqual({
    text: '1.2.3-rc.1+wasix.02',
    major: 1,
    minor: 2,
    patch: 3,
    prerelease: ['rc', '1'],
    build: ['wasix', '02'],
  });
});

it.each(rust.notVersions)('takes %j for no version, as Rust does', (text) => expect(parseVersion(text)).toBeNull());

it('has limits: numbers up to 2^53 - 1, and so many characters', () => {
  expect(parseVersion('9007199254740991.0.0')).toMatchObject({ major: Number.MAX_SAFE_INTEGER });
  expect(parseVersion('9007199254740992.0.0')).toBeNull();
  const longest = `1.2.3-${'a'.repeat(versionLimits.versionChars - 6)}`;
  expect(parseVersion(longest)).toMatchObject({ text: longest });
  expect(parseVersion(`${longest}a`)).toBeNull();
});

it('orders versions as Rust does', () => {
  for (const [index, text] of rust.order.entries()) {
    for (const [otherIndex, other] of rust.order.entries()) {
      expect([text, other, compare(text, other)]).toEqual([text, other, Math.sign(index - otherIndex)]);
    }
  }
});

const number = fc.nat({ max: 3 });
const numbers = fc.tuple(number, number, number).map((all) => all.join('.'));
const identifier = fc.oneof(fc.nat({ max: 12 }).map(String), fc.constantFrom('a', 'B', 'a-1', '-', 'rc', '1a'));
const tail = (mark: string) =>
  fc.array(identifier, { maxLength: 3 }).map((list) => (list.length > 0 ? mark + list.join('.') : ''));
const anyVersion = fc.tuple(numbers, tail('-'), tail('+')).map((parts) => parts.join(''));

it('property: the order is that of the npm package wherever that is exact, and total', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      expect(compare(a, b)).toBe(compareBuild(a, b));
      expect(compare(a, b) === 0).toBe(a === b);
    }),
    { numRuns: 2_000 },
  );
});

it('knows builds of one version', () => {
  expect(baseOf('1.2.3-rc.1+wasix.2')).toBe('1.2.3-rc.1');
  expect(baseOf('1.2.3')).toBe('1.2.3');
  expect(isRebuildOf('1.2.3+wasix.2', '1.2.3')).toBe(true);
  expect(isRebuildOf('1.2.3+wasix.10', '1.2.3+wasix.9')).toBe(true);
  expect(isRebuildOf('1.2.3+wasix.1', '1.2.3+wasix.2')).toBe(false);
  expect(isRebuildOf('1.2.3', '1.2.3')).toBe(false);
  expect(isRebuildOf('1.2.3', '1.2.3+wasix.2')).toBe(false);
  expect(isRebuildOf('1.2.4+wasix.2', '1.2.3')).toBe(false);
  expect(isRebuildOf('1.2+wasix.2', '1.2')).toBe(false);
});
