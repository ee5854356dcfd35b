/**
 * The cookie of a browser's session. `__Host-` makes browsers refuse it from another host and over http; without https there is no such
 * protection to have. SameSite=Lax: links from elsewhere arrive logged in, forms from elsewhere do not.
 */
export function sessionCookie(publicUrl: string, token: string, expiresAtSeconds: number): string {
  const attributes = [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Expires=${new Date(expiresAtSeconds * 1000).toUTCString()}`,
  ];
  if (isSecure(publicUrl)) attributes.push('Secure');
  return [`${cookieName(publicUrl)}=${token}`, ...attributes].join('; ');
}

/** @returns the token, or an empty text. */
export function readCookie(header: string | undefined, publicUrl: string): string {
  const name = `${cookieName(publicUrl)}=`;
  const pair = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  return pair?.slice(name.length) ?? '';
}

const cookieName = (publicUrl: string): string => (isSecure(publicUrl) ? '__Host-waybill-session' : 'waybill-session');

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https://');
