import { createHash } from 'node:crypto';
import { decryptFernet, encryptFernet, fernetKeyBytes, generateFernetKey } from './fernet.js';

/** A data key as it is stored: the Fernet token, and the id of the ring key that made it. */
export type WrappedKey = { wrapped: string; ringKeyId: string };

/** What the rest of Waybill needs of a ring. */
export interface KeyWrapper {
  wrap(dataKey: Buffer): WrappedKey;
  /** @throws UnknownRingKey, InvalidFernetToken */
  unwrap(wrapped: string, ringKeyId: string): Buffer;
}

/** The text of a ring is no ring. Says which key is at fault by its place, never by its text. */
export class InvalidKeyRing extends Error {
  override readonly name = 'InvalidKeyRing';
}

/** No key of this ring has that id: the ring is older than the data, or a key was taken out too early. */
export class UnknownRingKey extends Error {
  override readonly name = 'UnknownRingKey';
  constructor(readonly ringKeyId: string) {
    super(`The key ring has no key ${ringKeyId}.`);
  }
}

/** The keys that wrap data keys. The first wraps, all unwrap, so a rotation puts a new key first and keeps the others. */
export class KeyRing implements KeyWrapper {
  private readonly keys: ReadonlyMap<string, Buffer>;
  /** The id of the key that wraps now; a data key wrapped by another is due for `keys rotate`. */
  readonly firstKeyId: string;

  /**
   * @param keys Fernet keys, the newest first
   * @throws InvalidKeyRing
   */
  constructor(keys: readonly string[]) {
    const byId = new Map<string, Buffer>();
    keys.forEach((key, index) => {
      const bytes = keyAt(key, index);
      const id = idOfKey(bytes);
      if (byId.has(id)) throw new InvalidKeyRing(`Key ${index + 1} of the key ring stands there twice.`);
      byId.set(id, bytes);
    });
    const [first] = byId.keys();
    if (first === undefined) throw new InvalidKeyRing('The key ring holds no key.');
    this.keys = byId;
    this.firstKeyId = first;
  }

  /**
   * Reads one key a line or separated by commas. Blank lines, and lines that begin with #, are skipped.
   * @throws InvalidKeyRing
   */
  static fromText(text: string): KeyRing {
    const lines = text.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#'));
    const keys = lines.flatMap((line) => line.split(',')).map((key) => key.trim());
    return new KeyRing(keys.filter((key) => key !== ''));
  }

  /** Ids of all keys, the one that wraps first. */
  get keyIds(): string[] {
    return [...this.keys.keys()];
  }

  /** Encrypts a data key with the first ring key. */
  wrap(dataKey: Buffer): WrappedKey {
    return { wrapped: encryptFernet(this.keys.get(this.firstKeyId)!, dataKey), ringKeyId: this.firstKeyId };
  }

  /** @throws UnknownRingKey, InvalidFernetToken */
  unwrap(wrapped: string, ringKeyId: string): Buffer {
    const key = this.keys.get(ringKeyId);
    if (!key) throw new UnknownRingKey(ringKeyId);
    return decryptFernet(key, wrapped);
  }

  /** A ring goes into logs and error reports as its ids; private fields alone would not keep the keys out of them. */
  toJSON(): { keyIds: string[] } {
    return { keyIds: this.keyIds };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `KeyRing(${this.keyIds.join(', ')})`;
  }
}

/** A fresh key for a ring. */
export function generateRingKey(): string {
  return generateFernetKey();
}

/** Names a key without giving it away: the first 8 hex digits of the SHA-256 of its 32 random bytes. */
function idOfKey(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function keyAt(key: string, index: number): Buffer {
  try {
    return fernetKeyBytes(key);
  } catch {
    throw new InvalidKeyRing(`Key ${index + 1} of the key ring is not 32 bytes of base64url.`);
  }
}
