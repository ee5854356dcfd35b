/**
 * Whether `If-None-Match` names a content (RFC 9110 §13.1.2). Weakly compared: a cache that recompressed it writes `W/` before it.
 * @param etag with its quotes
 */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}
