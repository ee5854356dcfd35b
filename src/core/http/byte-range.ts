/** Part of a content, counted from 0, both ends included. */
export type Part = { start: number; end: number };

/**
 * Reads `Range` (RFC 9110 §14). Several ranges, other units and what is malformed are answered as if nothing was asked, which the standard allows.
 * @returns null for the whole content; 'unsatisfiable' when the content has nothing of what was asked
 */
export function parseRange(header: string | undefined, sizeBytes: number): Part | null | 'unsatisfiable' {
  const [, first, last] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return null;
  return start < sizeBytes ? { start, end } : 'unsatisfiable';
}

function suffix(length: number, sizeBytes: number): Part | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
}
