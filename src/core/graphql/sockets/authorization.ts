/**
 * The credentials in the payload of `connection_init`: `{ authorization }` in any case of letters, or the same within `{ headers }`, as the
 * published SDKs send them.
 * @returns `Bearer <token>`, or undefined when there are none.
 */
export function authorizationOf(payload: Record<string, unknown> | undefined | null): string | undefined {
  return valueOf(payload) ?? valueOf(payload?.['headers']);
}

function valueOf(fields: unknown): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const entry = Object.entries(fields).find(([name]) => name.toLowerCase() === 'authorization');
  return typeof entry?.[1] === 'string' ? entry[1] : undefined;
}
