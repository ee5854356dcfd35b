import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { satisfies } from 'semver';
import { dependencyKey, parseDependency, parseRequirement } from './requirement.js';
import { resolveDependency } from './resolve.js';
import { versionLimits } from './version.js';

const rust = JSON.parse(readFileSync(new URL('../../../test/semver/rust.json', import.meta.url), 'utf8')) as {
  order: string[];
  /** Versions that match, with blanks between; null when the text is no requirement. */
  requirements: Record<string, string | null>;
};

/** Where more is wanted than Rust gives. */
const beyondRust = {
  any: ['', ' ', 'latest', '*', ' * ', 'x', 'X'],
  build: ['=1.2.3+b', '=1.2.3-rc.1+c'],
};
const asRust = Object.entries(rust.requirements).filter(
  ([text]) => !beyondRust.any.includes(text) && !beyondRust.build.includes(text),
);

const matches = (requirement: string, version: string) =>
  resolveDependency([{ version, isYanked: false }], requirement) !== null;

it.each(asRust)('%j matches what it matches in Rust', (text, matching) => {
  expect(parseDependency(text) === null).toBe(matching === null);
  expect(rust.order.filter((version) => matches(text, version)).join(' ')).toBe(matching ?? '');
});

it.each(beyondRust.any)('%j is any version', (text) => {
  expect(parseRequirement(text)).toEqual({ kind: 'any' });
  expect(parseDependency(text)).toEqual({ kind: 'any' });
});

it.each(beyondRust.build)('%j is one build', (text) => {
  const version = { text: text.slice(1) };
  expect(parseRequirement(text)).toMatchObject({ kind: 'exact', version });
  expect(parseDependency(text)).toMatchObject({ kind: 'exact', version });
});

it('a full version is that one for who asks, and the least one for a dependency', () => {
  expect(parseRequirement('1.2.3')).toMatchObject({ kind: 'exact', version: { text: '1.2.3' } });
  expect(parseDependency('1.2.3')).toEqual(parseDependency('^1.2.3'));
  expect(parseDependency('1.2.3+wasix.2')).toMatchObject({ kind: 'exact', version: { text: '1.2.3+wasix.2' } });
});

it('has limits: so many characters, so many comparators, and numbers up to 2^53 - 1', () => {
  const longest = `>1,${' '.repeat(versionLimits.requirementChars - 5)}<2`;
  expect(parseRequirement(longest)).toMatchObject({ kind: 'range' });
  expect(parseRequirement(`${longest} `)).toBeNull();
  const most = Array<string>(versionLimits.comparators).fill('>1').join();
  expect(parseRequirement(most)).toMatchObject({ kind: 'range' });
  expect(parseRequirement(`${most},>1`)).toBeNull();
  expect(parseRequirement('^9007199254740992')).toBeNull();
});

it('knows when two say the same', () => {
  const isSame = (one: string, other: string) => dependencyKey(one) === dependencyKey(other);
  expect(isSame('1.0', '^1.0')).toBe(true);
  expect(isSame('>=1,<2', '>= 1, < 2')).toBe(true);
  expect(isSame('*', 'latest')).toBe(true);
  expect(isSame('1.*', '=1')).toBe(true);
  expect(isSame('1.0', '1.0.0')).toBe(false);
  expect(isSame('1.0.0', '=1.0.0')).toBe(false);
  expect(isSame('nonsense', 'nonsense')).toBe(true);
  expect(isSame('nonsense', '*')).toBe(false);
});

const number = fc.nat({ max: 3 });
const numbers = (least: number) => fc.array(number, { minLength: least, maxLength: 3 }).map((all) => all.join('.'));
const operator = fc.constantFrom('=', '>', '>=', '<', '<=', '~', '^');
const comparator = fc.tuple(operator, numbers(1)).map((parts) => parts.join(''));

it('property: without pre-releases it is the npm package that agrees', () => {
  fc.assert(
    fc.property(fc.array(comparator, { minLength: 1, maxLength: 3 }), numbers(3), (comparators, version) => {
      expect(matches(comparators.join(', '), version)).toBe(satisfies(version, comparators.join(' ')));
    }),
    { numRuns: 2_000 },
  );
});

it('property: never throws', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789.,<>=~^*xX-+ av\t\n'), maxLength: 20 });
  fc.assert(
    fc.property(text, (any) => [parseRequirement(any), parseDependency(any)].length === 2),
    { numRuns: 2_000 },
  );
});
