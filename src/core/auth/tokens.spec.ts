import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { hashToken, newToken, parseToken, tokenFrom, type TokenKind } from './tokens.js';

const kinds: [TokenKind, string][] = [
  ['api', 'wba'],
  ['session', 'wbs'],
  ['refresh', 'wbr'],
  ['nonce', 'wbn'],
];
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

it.each(kinds)('makes and reads %s tokens', (kind, prefix) => {
  const token = newToken(kind);
  expect(token).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{36}$`));
  expect(parseToken(token)).toEqual({ kind });
});

it('keeps its format: tokens that were given out stay readable', () => {
  // The last one has a checksum that begins with zeros.
  expect(parseToken('wba_0123456789ABCDEFGHIJKLMNOPQRST1nMT91')).toEqual({ kind: 'api' });
  expect(parseToken('wbs_00000000000000000000000000033600jlgT')).toEqual({ kind: 'session' });
});

it('makes the same token from the same seed, another from every other, and uses all characters alike', () => {
  const seed = randomBytes(32);
  expect(tokenFrom('refresh', seed)).toBe(tokenFrom('refresh', Buffer.from(seed)));
  expect(parseToken(tokenFrom('refresh', seed))).toEqual({ kind: 'refresh' });
  const bodies = Array.from({ length: 2000 }, () => tokenFrom('refresh', randomBytes(32)).slice(4, 34));
  expect(new Set(bodies).size).toBe(2000);
  const counts = Array.from(base62, (character) => bodies.join('').split(character).length - 1);
  // Expected 968 of each, with a standard deviation of 31.
  expect(Math.min(...counts)).toBeGreaterThan(750);
  expect(Math.max(...counts)).toBeLessThan(1190);
});

it('refuses every change of one character', () => {
  for (const [kind] of kinds) {
    const token = newToken(kind);
    for (let at = 0; at < token.length; at++) {
      for (const character of `${base62}_- `) {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        if (changed !== token) expect(parseToken(changed)).toBeNull();
      }
    }
  }
});

it('refuses every swap of two neighbours', () => {
  const token = newToken('api');
  for (let at = 0; at + 1 < token.length; at++) {
    const swapped = token.slice(0, at) + token[at + 1] + token[at] + token.slice(at + 2);
    if (swapped !== token) expect(parseToken(swapped)).toBeNull();
  }
});

it('refuses whatever else', () => {
  const token = newToken('api');
  const texts = [
    '',
    'wba_',
    token.slice(1),
    token.slice(0, -1),
    `${token}0`,
    `${token}\n`,
    ` ${token}`,
    `Bearer ${token}`,
  ];
  for (const text of texts) expect(parseToken(text)).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => parseToken(text) === null));
});

it('uses every character about equally often', () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    for (const character of newToken('api').slice(4, 34)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  // 60,000 draws: 968 each, standard deviation 31. A modulo of bytes would give eight characters 1,172.
  for (const count of counts.values()) expect(Math.abs(count - 968)).toBeLessThan(6 * 31);
});

it('does not repeat', () => {
  expect(new Set(Array.from({ length: 1000 }, () => newToken('session'))).size).toBe(1000);
});

it('hashes with SHA-256', () => {
  expect(hashToken('wba_x')).toEqual(createHash('sha256').update('wba_x').digest());
});
