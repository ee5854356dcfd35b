const base = 'http://local.invalid';

/**
 * Where to go after a form, from an address that anybody can have written: only ever to a page of our own.
 * @returns path and query as browsers read them, or the fallback.
 */
export function localPath(wanted: unknown, fallback: string): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || !URL.canParse(wanted, base)) return fallback;
  // Browsers read `/\` as `//`, leave out tabs and line breaks, and take `/.//` for `//`: so does this parser.
  const { origin, pathname, search } = new URL(wanted, base);
  if (origin !== base || pathname.startsWith('//')) return fallback;
  return pathname + search;
}
