import { randomBytes, randomUUID } from 'node:crypto';
import { LinkTokens, type Link } from './link-token.js';

const tokens = new LinkTokens(randomBytes(32));
const link: Link = { purpose: 'reset', number: 2 ** 53 - 1, challengeId: randomUUID() };

it('reads what it made, and makes the same again', () => {
  const token = tokens.tokenOf(link);
  expect(token).toMatch(/^wbl_[\w-]{64}$/);
  expect(tokens.parse('reset', token)).toEqual(link);
  expect(tokens.tokenOf(link)).toBe(token);
});

it('refuses a token of another purpose or another installation', () => {
  const token = tokens.tokenOf(link);
  expect(tokens.parse('validation', token)).toBeNull();
  expect(new LinkTokens(randomBytes(32)).parse('reset', token)).toBeNull();
});

it('refuses a token with any one character changed', () => {
  const token = tokens.tokenOf(link);
  for (let place = 0; place < token.length; place++) {
    const other = token[place] === 'A' ? 'B' : 'A';
    const mangled = token.slice(0, place) + other + token.slice(place + 1);
    expect([place, tokens.parse('reset', mangled)]).toEqual([place, null]);
  }
});

it.each(['', 'wbl_', 'nonsense', 'wbl_'.padEnd(68, 'A'), 'wbl_'.padEnd(5000, 'A'), 'wbs_'.padEnd(68, 'A')])(
  'refuses %j',
  (text) => expect(tokens.parse('reset', text)).toBeNull(),
);

it('refuses a token with something before or behind it', () => {
  const token = tokens.tokenOf(link);
  for (const text of [`${token}=`, `${token}\n`, ` ${token}`, token.slice(0, -1)])
    expect(tokens.parse('reset', text)).toBeNull();
});
