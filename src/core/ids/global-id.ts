import Hashids from 'hashids';
import { idKinds, type IdKind } from './kinds.js';
import { refuse } from './ids.errors.js';

/**
 * Global ids as the existing clients read them: `<prefix>_<hash>`, where the hash is Hashids over scope, version, kind
 * and number. Salt, length and alphabets are part of the format. The hash hides nothing: an id is no secret and no right.
 */
const SCOPE = 1;
const VERSION = 2;
const SALT = 'wasmer salt hashid';
const SHORTEST = 12;
/** Far above the longest id that can be made (24 characters), and cheap to refuse. */
const LONGEST = 64;

// Made once: the constructor shuffles the alphabets.
const hashids = new Hashids(SALT, SHORTEST, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890');
const urlHashids = new Hashids(SALT, SHORTEST, 'abcdefghijklmnopqrstuvwxyz0123456789');

const kindByPrefix = new Map<string, IdKind>(
  Object.entries(idKinds).map(([kind, { prefix }]) => [prefix, kind as IdKind]),
);

/**
 * Ids that were made, by kind and number. To make one costs two microseconds, and a page of an API shows a hundred. A full map is emptied:
 * what is in use comes back by itself.
 */
const made = new Map<string, string>();
const maxMade = 20_000;

/**
 * The id that clients see.
 * @param number the thing's own number, 0 to 2^53 - 1
 * @throws RangeError for any other number
 */
export function encodeId(kind: IdKind, number: number): string {
  const key = `${kind}${number}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const id = `${idKinds[kind].prefix}_${hashids.encode(content(kind, number))}`;
  if (made.size >= maxMade) made.clear();
  made.set(key, id);
  return id;
}

/**
 * The shorter-alphabet form without a prefix, for host names and URLs.
 * @throws RangeError as `encodeId`
 */
export function encodeUrlId(kind: IdKind, number: number): string {
  return urlHashids.encode(content(kind, number));
}

/**
 * The number inside an id of that kind.
 * @param field the input field that held the id, for the refusal
 * @throws Refusal INVALID_ID when it is no id, or one of another kind
 */
export function decodeId(kind: IdKind, id: string, field?: string): number {
  const decoded = decodeAnyId(id);
  if (decoded?.kind === kind) return decoded.number;
  throw refuse('INVALID_ID', { field, expected: kind }, `This is not the id of a ${kind}.`);
}

/** What an id names, or null when it is none. Only the one spelling that `encodeId` makes is an id. */
export function decodeAnyId(id: string): { kind: IdKind; number: number } | null {
  if (id.length > LONGEST) return null;
  const separator = id.indexOf('_');
  const kind = kindByPrefix.get(id.slice(0, separator));
  const hash = id.slice(separator + 1);
  // Hashids throws on characters that it does not know.
  if (separator < 0 || kind === undefined || !hashids.isValidId(hash)) return null;

  // Hashids encodes again what it decoded, and gives nothing when the spelling differs.
  const [scope, version, kindNumber, number, ...more] = hashids.decode(hash);
  if (scope !== SCOPE || version !== VERSION || kindNumber !== idKinds[kind].number || more.length > 0) return null;
  return Number.isSafeInteger(number) ? { kind, number: number as number } : null;
}

function content(kind: IdKind, number: number): number[] {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`No ${kind} has the number ${number}.`);
  return [SCOPE, VERSION, idKinds[kind].number, number];
}
