const masked = '[redacted]';

/** Names that promise a secret, in any spelling: `Set-Cookie`, `apiKey`, `newPassword`, `x-csrf-token`. */
const secretName =
  /authorization|cookie|passw(or)?d|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|key[-_]?ring/i;
/** Names that only speak about a secret: `tokenId`, `token_type`, `tokenCount`. */
const harmlessName = /(id|ids|type|kind|count|name|at)$/i;

const secretsInText: readonly (readonly [RegExp, string])[] = [
  // The product's own credentials: a prefix for the kind, then random text.
  [/\bwb[a-z]_[A-Za-z0-9_-]+/g, masked],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${masked}`],
  // The password of any URL, postgres://user:password@host above all. It ends at the last @ before the path.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"]*):[^\s/"]+@/gi, `$1:${masked}@`],
];

/** Takes secrets out of a text by their look: Waybill's tokens, bearer and basic credentials, passwords in URLs. */
export function scrub(text: string): string {
  return secretsInText.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), text);
}

/**
 * A copy for the log: values under names that promise a secret are masked at any depth, every text is scrubbed, and errors become plain
 * objects with their stack and cause. Stops after eight levels and at circles.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set());
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (depth >= 8 || above.has(value)) return '[cut]';
  above.add(value);
  const result = Array.isArray(value)
    ? value.map((item) => copy(item, depth + 1, above))
    : Object.fromEntries(entriesOf(value).map(([key, item]) => [key, copyField(key, item, depth + 1, above)]));
  above.delete(value);
  return result;
}

function copyField(key: string, value: unknown, depth: number, above: Set<object>): unknown {
  const isSecret = secretName.test(key) && !harmlessName.test(key);
  const canHoldSecret = typeof value === 'string' || (typeof value === 'object' && value !== null);
  return isSecret && canHoldSecret ? masked : copy(value, depth, above);
}

/** The useful fields of an error are not enumerable, so they are named. */
function entriesOf(value: object): [string, unknown][] {
  if (!(value instanceof Error)) return Object.entries(value);
  const { name, message, stack, cause, ...more } = value;
  return Object.entries({ type: name, message, stack, ...(cause === undefined ? {} : { cause }), ...more });
}
