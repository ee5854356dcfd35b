import { scalars } from './scalars.js';

const answered = (name: string, value: unknown) => scalars[name]!.serialize(value);

it.each([
  ['BigInt', 5, 5],
  ['BigInt', '9007199254740991', Number.MAX_SAFE_INTEGER],
  ['BigInt', -9007199254740991n, Number.MIN_SAFE_INTEGER],
  ['JSONString', '{"a":1}', '{"a":1}'],
  ['JSONString', { a: [1, null] }, '{"a":[1,null]}'],
  ['UUID', '123E4567-E89B-12D3-A456-426614174000', '123e4567-e89b-12d3-a456-426614174000'],
  ['URL', 'https://example.com/a?b#c', 'https://example.com/a?b#c'],
  ['CaseInsensitiveString', 'AcMe', 'AcMe'],
  ['DateTime', new Date('2026-01-09T13:46:00.123Z'), '2026-01-09T13:46:00.123000+00:00'],
])('answers the %s %p as clients read it', (name, value, expected) => expect(answered(name, value)).toBe(expected));

it('answers any JSON as it is', () => {
  const value = { headers: { a: 'b' }, codes: [200, 204], none: null };
  expect(answered('GenericScalar', value)).toBe(value);
});

it.each([
  ['BigInt', 2 ** 53],
  ['BigInt', 2n ** 63n],
  ['BigInt', 0.5],
  ['BigInt', true],
  ['UUID', 'none'],
  ['URL', '/relative'],
  ['CaseInsensitiveString', 5],
  ['DateTime', 'soon'],
])('does not answer the %s %p', (name, value) => expect(() => answered(name, value)).toThrow());
