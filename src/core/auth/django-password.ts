import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalBytes } from '../crypto/equal-bytes.js';

/**
 * Password hashes that come along when accounts are taken over from a Django application:
 * `pbkdf2_sha256$<iterations>$<salt>$<base64 of 32 bytes>`. Read only; a login replaces them (`needsRehash`).
 */
const form = /^pbkdf2_sha256\$([1-9]\d{0,7})\$([^$]+)\$([A-Za-z0-9+/]{43}=)$/;

const derive = promisify(pbkdf2);

/** Whether it is a whole hash of that form, with fewer than 100 million iterations. */
export function isDjangoHash(hash: string): boolean {
  return form.test(hash);
}

/** @throws Error unless `isDjangoHash(hash)` */
export async function verifyDjangoHash(hash: string, password: string): Promise<boolean> {
  const [, iterations, salt, digest] = form.exec(hash) ?? [];
  if (!salt || !digest) throw new Error('Not a pbkdf2_sha256 hash.');
  const expected = Buffer.from(digest, 'base64');
  return equalBytes(await derive(password, salt, Number(iterations), expected.length, 'sha256'), expected);
}
