import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { equalBytes } from './equal-bytes.js';

/** Fernet, version 0x80, after https://github.com/fernet/spec/blob/master/Spec.md. */

/** 32 bytes, or their base64url text, padded or not: 16 bytes sign, 16 bytes encrypt. */
export type FernetKey = string | Buffer;

export type DecryptOptions = {
  /** Age in seconds after which the token is refused. Without it a token never expires and its timestamp is not looked at. */
  ttlSeconds?: number;
  now?: Date;
  /** How far the timestamp may lie ahead of `now`; looked at only together with `ttlSeconds`. Default 60. */
  maxClockSkewSeconds?: number;
};

/** The token is malformed, expired, changed, or made with another key. The message never says more than the holder knows. */
export class InvalidFernetToken extends Error {
  override readonly name = 'InvalidFernetToken';
}

/** The key is not 32 bytes of base64url. The key itself is never part of the message. */
export class InvalidFernetKey extends Error {
  override readonly name = 'InvalidFernetKey';
}

const VERSION = 0x80;
const KEY_BYTES = 32;
const BLOCK = 16;
const MAC_BYTES = 32;
const HEADER_BYTES = 1 + 8 + BLOCK;
const SHORTEST_TOKEN = HEADER_BYTES + BLOCK + MAC_BYTES;

/** A fresh key as padded base64url, the form that other Fernet libraries read. */
export function generateFernetKey(): string {
  return padded(randomBytes(KEY_BYTES).toString('base64url'));
}

/**
 * The 32 bytes of a key.
 * @throws InvalidFernetKey
 */
export function fernetKeyBytes(key: FernetKey): Buffer {
  const bytes = typeof key === 'string' ? fromBase64url(key) : key;
  if (bytes?.length !== KEY_BYTES) throw new InvalidFernetKey('A Fernet key is 32 bytes, written as base64url.');
  return bytes;
}

/**
 * Encrypts and signs. The time of making, in whole seconds, is readable without the key.
 * @param options.iv for test vectors only: 16 bytes that must never repeat under one key.
 * @returns the token as padded base64url
 * @throws InvalidFernetKey
 */
export function encryptFernet(
  key: FernetKey,
  plaintext: Buffer | string,
  { now = new Date(), iv = randomBytes(BLOCK) }: { now?: Date; iv?: Buffer } = {},
): string {
  const { signing, encryption } = halves(key);
  const cipher = createCipheriv('aes-128-cbc', encryption, iv);
  const header = Buffer.alloc(1 + 8);
  header[0] = VERSION;
  header.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 1000)), 1);
  const content = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
  const signed = Buffer.concat([header, iv, cipher.update(content), cipher.final()]);
  return padded(Buffer.concat([signed, mac(signing, signed)]).toString('base64url'));
}

/**
 * Verifies, then decrypts. Takes padded and unpadded base64url.
 * @throws InvalidFernetToken, InvalidFernetKey
 */
export function decryptFernet(key: FernetKey, token: string, options: DecryptOptions = {}): Buffer {
  const { signing, encryption } = halves(key);
  const bytes = fromBase64url(token);
  if (!bytes || bytes.length < SHORTEST_TOKEN || bytes[0] !== VERSION)
    throw new InvalidFernetToken('Not a Fernet token.');

  const signed = bytes.subarray(0, -MAC_BYTES);
  // Nothing of the token is used, its time least of all, before the signature holds.
  if (!equalBytes(mac(signing, signed), bytes.subarray(-MAC_BYTES))) {
    throw new InvalidFernetToken('The token was changed or made with another key.');
  }
  assertFresh(signed.readBigUInt64BE(1), options);

  const decipher = createDecipheriv('aes-128-cbc', encryption, signed.subarray(1 + 8, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw new InvalidFernetToken('The token is signed, but its content is not whole.');
  }
}

function assertFresh(madeAt: bigint, { ttlSeconds, now = new Date(), maxClockSkewSeconds = 60 }: DecryptOptions): void {
  if (ttlSeconds === undefined) return;
  const ageSeconds = Math.floor(now.getTime() / 1000) - Number(madeAt);
  if (ageSeconds > ttlSeconds) throw new InvalidFernetToken('The token has expired.');
  if (-ageSeconds > maxClockSkewSeconds) throw new InvalidFernetToken('The token comes from the future.');
}

function halves(key: FernetKey): { signing: Buffer; encryption: Buffer } {
  const bytes = fernetKeyBytes(key);
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

function mac(signing: Buffer, signed: Buffer): Buffer {
  return createHmac('sha256', signing).update(signed).digest();
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Strict: Node skips what is not base64 and ignores left-over bits, so only text that encodes back to itself is taken. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const canonical = bytes.toString('base64url');
  return text === canonical || text === padded(canonical) ? bytes : undefined;
}
