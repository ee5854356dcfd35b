import { createHmac } from 'node:crypto';
import type { StoredEvent } from './types.js';

/** `claimKey('owner-name', 'ACME')` is `owner-name:acme`. The one place where unique values are normalised. */
export function claimKey(kind: string, value: string): string {
  return `${kind}:${normalise(value)}`;
}

/**
 * A claim on personal data, such as an e-mail address: the log and the claims table hold only a keyed hash of it.
 * @param hmacKey secret of this installation; another key makes other claims, so it never rotates.
 */
export function personalClaimKey(kind: string, value: string, hmacKey: Buffer): string {
  return `${kind}:${createHmac('sha256', hmacKey).update(normalise(value)).digest('base64url')}`;
}

/** The normal form in which values are compared; read models that look values up use the same. */
export function normalise(value: string): string {
  return value.normalize('NFKC').toLowerCase();
}

/**
 * What a name looks like: names with one skeleton are told apart by careful readers only. Letter case, which separator and how many of
 * them, `0` and `o`, and `1`, `i` and `l` make no difference, for a capital i is an l in many typefaces.
 */
export function skeletonOf(name: string): string {
  return normalise(name).replace(/[_-]+/g, '-').replaceAll('0', 'o').replace(/[1i]/g, 'l');
}

/**
 * Folds one event's claims into `owners` (key to stream id). Applied to the whole log in the order of positions it gives
 * the claims table: what `store.change_claims` does is checked against this.
 */
export function applyClaims(owners: Map<string, string>, event: Pick<StoredEvent, 'streamId' | 'metadata'>): void {
  const { take = [], release = [] } = event.metadata.claims ?? {};
  for (const key of release) if (owners.get(key) === event.streamId) owners.delete(key);
  for (const key of take) owners.set(key, event.streamId);
}
