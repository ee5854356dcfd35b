/**
 * The whole of what a callback may look like. A pattern, not a parser: what parsers disagree on, such as `\\` and `@`, is not in it. Nor is
 * `[::1]`: the page's content policy must name the callback, and browsers know no IPv6 address there.
 */
const loopback = /^https?:\/\/(?:localhost|127\.0\.0\.1):(\d{1,5})(?:\/[\w./~%-]*)?$/i;

export const callbackUrlRule = 'http or https, to localhost or 127.0.0.1 with a port, without query and fragment';

/** A token is posted to the callback, so it must not leave the machine of the browser. */
export function isCallbackUrl(text: string): boolean {
  const port = loopback.exec(text)?.[1];
  return port !== undefined && Number(port) > 0 && Number(port) <= 65535;
}
