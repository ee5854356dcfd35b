import { decodeFirst, Token, Tokenizer, Type } from 'cborg';
import { textOf } from './bytes.js';
import type { PackageLimits } from './limits.js';
import type { Json } from './package-file.js';
import { broken, exceeded, within, type Where } from './package-file.errors.js';

const options = {
  strict: true, // each number in its shortest form
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  // So that keys of other types are seen, and a key cannot reach a prototype.
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};

/** A decoded document: maps with text as keys, arrays, texts, numbers, booleans, null, and byte strings. */
export type Cbor = null | boolean | number | string | Uint8Array | Cbor[] | Map<string, Cbor>;

/**
 * Decodes the first value of `bytes`.
 * @param where `offset` is where the bytes begin in the file.
 * @returns the value, and how many bytes it took.
 * @throws Refusal when it is malformed, too deep or too large, has tags, indefinite lengths, numbers that JavaScript cannot hold, keys
 *   that are no text, or a key twice.
 */
export function decodeCbor(
  bytes: Uint8Array,
  limits: PackageLimits,
  where: Where & { offset: number },
): { value: Cbor; length: number } {
  const tokenizer = new CheckedTokenizer(bytes, limits, where);
  try {
    const [value] = decodeFirst(bytes, { ...options, tokenizer });
    return { value: value as Cbor, length: tokenizer.pos() };
  } catch (error) {
    if (tokenizer.refusal) throw tokenizer.refusal;
    const rule = /repeat map key/.test((error as Error).message) ? 'cbor-duplicate' : 'cbor';
    throw broken(rule, { ...where, offset: where.offset + tokenizer.pos() });
  }
}

/** The library reads nested values by recursion and takes any bytes for a text; so both are looked at before it sees them. */
class CheckedTokenizer {
  private readonly tokens: Tokenizer;
  /** For each open array or map how many values are still to come, from the outermost. */
  private readonly open: { left: number; isMap: boolean }[] = [];
  private count = 0;
  refusal: Error | undefined;

  constructor(
    bytes: Uint8Array,
    private readonly limits: PackageLimits,
    private readonly where: Where & { offset: number },
  ) {
    this.tokens = new Tokenizer(bytes, options);
  }

  done(): boolean {
    return this.tokens.done();
  }

  pos(): number {
    return this.tokens.pos();
  }

  next(): Token {
    const where = { ...this.where, offset: this.where.offset + this.pos() };
    const token = this.tokens.next();
    try {
      this.check(token, where);
    } catch (error) {
      this.refusal = error as Error;
      throw error;
    }
    return token;
  }

  private check(token: Token, where: Where): void {
    within(this.limits, 'cborItems', ++this.count, where);
    if (Type.equals(token.type, Type.tag)) throw broken('cbor', where);
    if (token.byteValue) token.value = strictText(token.byteValue, where);
    const isKey = this.countDown();
    if (isKey && !(Type.equals(token.type, Type.string) && token.value !== '__proto__'))
      throw broken('cbor-key', where);
    if (Type.equals(token.type, Type.array)) this.enter(token.value, false, where);
    if (Type.equals(token.type, Type.map)) this.enter(2 * token.value, true, where);
  }

  /** Counts one value of the innermost array or map. @returns whether it is the key of a map. */
  private countDown(): boolean {
    // Not as soon as it is full: what the last value holds is still inside of it.
    while (this.open.at(-1)?.left === 0) this.open.pop();
    const innermost = this.open.at(-1);
    if (!innermost) return false;
    innermost.left -= 1;
    return innermost.isMap && innermost.left % 2 === 1;
  }

  private enter(length: number, isMap: boolean, where: Where): void {
    if (length === 0) return;
    if (this.open.length >= this.limits.nesting) throw exceeded(this.limits, 'nesting', where);
    this.open.push({ left: length, isMap });
  }
}

function strictText(bytes: Uint8Array, where: Where): string {
  const text = textOf(bytes);
  if (text === null) throw broken('text-utf8', where);
  return text;
}

/** @returns the same document as JSON; byte strings as arrays of numbers, as `wasmer` writes them. */
export function jsonOf(value: Cbor): Json {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, jsonOf(inner)]));
  return value;
}
