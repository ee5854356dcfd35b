import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Tokens are `<prefix>_<30 random characters><6 characters of CRC32>`, all base62. The prefix lets secret scanners and
 * people tell what was leaked; the checksum refuses a mistyped or invented token without a look into the database.
 * It keeps nobody out: only the 178 random bits do.
 */
const prefixes = { api: 'wba', session: 'wbs', refresh: 'wbr', nonce: 'wbn' } as const;

export type TokenKind = keyof typeof prefixes;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
/** 62^6 > 2^32. */
const CHECKSUM_LENGTH = 6;

const kindByPrefix = new Map<string, TokenKind>(
  Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as TokenKind]),
);
const shape = new RegExp(`^([a-z]+)_[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** A fresh token. It is shown once; what is stored is `hashToken` of it. */
export function newToken(kind: TokenKind): string {
  return withChecksum(kind, randomBase62(RANDOM_LENGTH));
}

/**
 * The token that a seed stands for: the same seed gives the same token.
 * @param seed at least 32 bytes that nobody can guess
 */
export function tokenFrom(kind: TokenKind, seed: Buffer): string {
  let rest = BigInt(`0x${seed.toString('hex')}`);
  let characters = '';
  for (let length = 0; length < RANDOM_LENGTH; length++) {
    characters += BASE62[Number(rest % 62n)];
    rest /= 62n;
  }
  return withChecksum(kind, characters);
}

/** The kind of a token whose form and checksum hold, else null. Whether it exists and is valid only its stored hash tells. */
export function parseToken(text: string): { kind: TokenKind } | null {
  const kind = kindByPrefix.get(shape.exec(text)?.[1] ?? '');
  // No secret is compared here: anybody can compute the checksum.
  if (kind === undefined || checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { kind };
}

/**
 * SHA-256, the key under which a token is stored and looked up. A slow hash would add nothing to 178 random bits, and
 * a look-up by hash gives nothing away through its timing.
 */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function withChecksum(kind: TokenKind, characters: string): string {
  const body = `${prefixes[kind]}_${characters}`;
  return body + checksum(body);
}

/** Covers the prefix too, so that a token of one kind cannot be passed off as another by its first letters. */
function checksum(body: string): string {
  return base62(crc32(body)).padStart(CHECKSUM_LENGTH, BASE62[0]);
}

function base62(number: number): string {
  const rest = Math.floor(number / 62);
  return (rest > 0 ? base62(rest) : '') + BASE62[number % 62];
}

/** `randomInt` draws again where a plain modulo would prefer the first characters. */
function randomBase62(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(62)]).join('');
}
