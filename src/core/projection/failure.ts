/**
 * Tells a failure of the event (retrying cannot help: park its stream) from one of the surroundings (retry without end).
 * SQLSTATE classes: 22 data exception, 23 constraint violation, 54 program limit (a value too large for an index).
 * Anything else that carries a SQLSTATE, and every socket error, is the surroundings': connection, deadlock, serialization, disk.
 */
export function isPoison(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return !connectionLost.test(error.message);
  return /^(22|23|54)/.test(code) && code.length === 5;
}

// node-postgres reports a lost connection without a code.
const connectionLost =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Cannot use a pool after)/i;

/** One line for operators: the message, cut to a length that a table cell holds. */
export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
