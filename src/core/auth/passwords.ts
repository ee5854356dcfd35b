import { randomBytes } from 'node:crypto';
import { hash as argon2Hash, parseOptions, verify as argon2Verify } from '@node-rs/argon2';
import { refuse } from '../errors/core.errors.js';
import { isDjangoHash, verifyDjangoHash } from './django-password.js';
import { limiter } from './limiter.js';

/** Counted in UTF-8 bytes. The upper bound keeps a hash from becoming a lever against the server. */
export const passwordRules = { minBytes: 8, maxBytes: 1024 } as const;

/** Argon2id with 19 MiB, 2 passes and 1 lane, the OWASP Password Storage Cheat Sheet's first choice; 10 to 25 ms. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** Not `$argon2i$` or `$argon2d$`, and version 1.3. */
const CURRENT_FORM = '$argon2id$v=19$';

/** One for the whole process: each hash takes a thread of Node's pool and 19 MiB. */
const limited = limiter({ parallel: 2, queue: 64 });

/** Costs as much as any hash to verify, and no password fits: the digest is random. */
const nobodysHash = `${CURRENT_FORM}m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${phcText(16)}$${phcText(cost.outputLen)}`;

/**
 * Checks the length of a new password.
 * @param field the input field, for the refusal
 * @throws Refusal BAD_USER_INPUT with field and rule
 */
export function assertPasswordLength(password: string, field = 'password'): void {
  const { minBytes, maxBytes } = passwordRules;
  const bytes = Buffer.byteLength(password);
  if (bytes < minBytes) throw refuse('BAD_USER_INPUT', { field, rule: `minBytes ${minBytes}` });
  if (bytes > maxBytes) throw refuse('BAD_USER_INPUT', { field, rule: `maxBytes ${maxBytes}` });
}

/**
 * Hashes a new password with a fresh salt.
 * @returns an Argon2id hash in PHC form
 * @throws Refusal BAD_USER_INPUT by length, TOO_MANY_REQUESTS when too many wait
 */
export async function hashPassword(password: string, field = 'password'): Promise<string> {
  assertPasswordLength(password, field);
  return rehashPassword(password);
}

/**
 * Whether the password fits the hash: one of ours, or one of Django's (`pbkdf2_sha256$…`). Anything else, such as
 * an erased hash or Django's mark for "no password", fits nothing and costs as much as a real one.
 * @throws Refusal TOO_MANY_REQUESTS; Error when an Argon2 hash is damaged
 */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > passwordRules.maxBytes) return false;
  if (isDjangoHash(hash)) return limited(() => verifyDjangoHash(hash, password));
  if (!hash.startsWith('$argon2')) return verifyAgainstNobody(password);
  return limited(() => argon2Verify(hash, password));
}

/**
 * For a user who does not exist: takes as long as `verifyPassword`, so that nobody learns who does, and is always false.
 * @throws Refusal TOO_MANY_REQUESTS
 */
export async function verifyAgainstNobody(password: string): Promise<boolean> {
  return verifyPassword(nobodysHash, password);
}

/**
 * Hashes a password that just fitted anew; the rules of length are for new passwords.
 * @throws Refusal TOO_MANY_REQUESTS when too many wait
 */
export async function rehashPassword(password: string): Promise<string> {
  return limited(() => argon2Hash(password, cost));
}

/** Whether a password that just fitted should be hashed anew: the hash is Django's, or was made with other costs. */
export function needsRehash(hash: string): boolean {
  if (!hash.startsWith(CURRENT_FORM)) return true;
  const used = parseOptions(hash);
  return (Object.keys(cost) as (keyof typeof cost)[]).some((name) => used[name] !== cost[name]);
}

/** Random bytes in the base64 of PHC strings: no padding. */
function phcText(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}
