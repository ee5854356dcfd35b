import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const slow = new WeakSet<Socket>();

/**
 * Lets a request take longer than `httpLimits.requestTimeoutMs`, as long as something comes: for bodies that are large. Only the limit on
 * silence is left.
 * @param idleMs a connection on which nothing happens for so long is cut
 */
export function letTakeItsTime(raw: IncomingMessage, response: ServerResponse, idleMs: number): void {
  const { socket } = raw;
  slow.add(socket);
  raw.setTimeout(idleMs);
  // The next request on the connection is an ordinary one. Its own time-out is set by Node.
  response.once('close', () => slow.delete(socket));
}

/** Node names a request that is over its time once, and leaves it to the server what to do. */
export const takesItsTime = (socket: Socket): boolean => slow.has(socket);
