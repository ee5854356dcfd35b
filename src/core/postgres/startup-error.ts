/** Why Waybill cannot start, in one line for the operator. The message is shown without a stack and holds no secret. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

const explanations: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'something else is in the way',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
};

/**
 * Turns a known system error into a StartupError: `<doing>: <what is wrong> (<path>).`
 * Whatever else was thrown comes back as it is, for a fault of ours needs its stack.
 */
export function explain(error: unknown, doing: string): unknown {
  if (!isSystemError(error)) return error;
  const reason = explanations[error.code];
  if (!reason) return error;
  return new StartupError(`${doing}: ${reason}${error.path ? ` (${error.path})` : ''}.`, { cause: error });
}

/** The code of a Node system error (`ENOENT`) or of a Postgres error (SQLSTATE), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

function isSystemError(error: unknown): error is { code: string; path?: string } {
  // Not instanceof: Node's own errors can come from another realm.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
