/** The 64 hex digits of a hash as clients write it, with `sha256:` in front or without; null for anything else. */
export function hashDigits(hash: string): string | null {
  const digits = hash.replace(/^sha256:/, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null;
}
