import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Readiness } from './readiness.js';

const stopping = new WeakSet<Server>();
const connections = new WeakMap<Server, Map<Socket, Use>>();

/** What a connection does: requests that are not answered yet, and since when nothing happens on it. */
type Use = { open: number; bytesRead: number; quietSince: number };

/**
 * A client that just got an answer may be sending its next request, which only is not here yet; closing at once would lose it. Longer than
 * a round trip through the world, shorter than anybody waits for a stop.
 */
const quietMs = 300;

/** Whether the server is closing. Answers then tell the client to close its connection. */
export function isStopping(server: Server): boolean {
  return stopping.has(server);
}

/** Remembers the server's connections and whether they are in use, for `closeGracefully`. */
export function trackConnections(server: Server): void {
  const uses = new Map<Socket, Use>();
  connections.set(server, uses);
  server.on('connection', (socket) => {
    uses.set(socket, { open: 0, bytesRead: 0, quietSince: performance.now() });
    socket.once('close', () => uses.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const use = uses.get(socket);
    if (!use) return;
    use.open += 1;
    response.once('close', () => {
      use.open -= 1;
      use.quietSince = performance.now();
    });
  });
}

/** For a connection that speaks HTTP no more: whoever took it over closes it, by a `preClose` hook of Fastify. */
export function releaseConnection(server: Server, socket: Socket): void {
  connections.get(server)?.delete(socket);
}

export type CloseOptions = {
  /** Time in which load balancers notice that `/readyz` says no, before new connections are refused. Default 0. */
  noticeMs?: number;
  /** After this the connections that are still open are cut. Default 30 s. */
  graceMs?: number;
};

/**
 * Stops the application without losing an accepted request: see `drain`. Only then do the modules stop (`onModuleDestroy`).
 * @returns when everything is closed.
 */
export async function closeGracefully(app: NestFastifyApplication, options: CloseOptions = {}): Promise<void> {
  await drain(app.getHttpAdapter().getInstance(), app.get(Readiness, { strict: false }), options);
  await app.close();
}

/**
 * Ends an HTTP server without losing an accepted request: `/readyz` says no, new connections are refused, and every request that was
 * accepted is answered, also those that follow on a kept-alive connection.
 */
export async function drain(
  fastify: FastifyInstance,
  readiness: Readiness,
  { noticeMs = 0, graceMs = 30_000 }: CloseOptions = {},
): Promise<void> {
  const { server } = fastify;
  readiness.stop();
  stopping.add(server);
  if (noticeMs > 0) await new Promise((resolve) => setTimeout(resolve, noticeMs));
  // Node's own way, which closing the server takes, too, is to cut what is idle in this very moment.
  server.closeIdleConnections = () => undefined;
  for (const use of connections.get(server)?.values() ?? []) use.quietSince = performance.now();
  const quiet = setInterval(() => closeQuiet(server), quietMs / 6);
  const cut = setTimeout(() => cutAll(server), graceMs);
  try {
    await fastify.close();
  } finally {
    clearInterval(quiet);
    clearTimeout(cut);
  }
}

/** Node itself forgets a connection whose request is over its time, though that may be allowed (`letTakeItsTime`). */
function cutAll(server: Server): void {
  server.closeAllConnections();
  for (const socket of connections.get(server)?.keys() ?? []) socket.destroy();
}

/** Also those that never sent a byte: browsers open connections ahead of need. */
function closeQuiet(server: Server): void {
  const now = performance.now();
  for (const [socket, use] of connections.get(server) ?? []) {
    if (use.open > 0 || socket.bytesRead !== use.bytesRead) {
      use.bytesRead = socket.bytesRead;
      use.quietSince = now;
    } else if (now - use.quietSince >= quietMs) socket.destroy();
  }
}

/**
 * Calls `stop` at the first SIGINT or SIGTERM and `force` at the second.
 * @param signals where they arrive; the process, unless in a test.
 * @returns a function that stops listening.
 */
export function onTerminationSignal(
  stop: (signal: NodeJS.Signals) => void,
  force: (signal: NodeJS.Signals) => void,
  signals: NodeJS.EventEmitter = process,
): () => void {
  let isFirst = true;
  const listener = (signal: NodeJS.Signals) => {
    const act = isFirst ? stop : force;
    isFirst = false;
    act(signal);
  };
  signals.on('SIGINT', listener).on('SIGTERM', listener);
  return () => void signals.off('SIGINT', listener).off('SIGTERM', listener);
}
