import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Readiness } from './readiness.js';

const stopping = new WeakSet<Server>();
const connections = new WeakMap<Server, Set<Socket>>();

/** Whether the server is closing. Answers then tell the client to close its connection. */
export function isStopping(server: Server): boolean {
  return stopping.has(server);
}

/** Remembers the server's connections, for `closeGracefully`. */
export function trackConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

export type CloseOptions = {
  /** Time in which load balancers notice that `/readyz` says no, before new connections are refused. Default 0. */
  noticeMs?: number;
  /** After this the connections that are still open are cut. Default 30 s. */
  graceMs?: number;
};

/**
 * Stops the application without losing an accepted request: `/readyz` says no, new connections are refused, every request that was
 * accepted is answered, also those that follow on a kept-alive connection, and only then do the modules stop (`onModuleDestroy`).
 * @returns when everything is closed.
 */
export async function closeGracefully(app: NestFastifyApplication, options: CloseOptions = {}): Promise<void> {
  const { noticeMs = 0, graceMs = 30_000 } = options;
  const fastify = app.getHttpAdapter().getInstance();
  const { server } = fastify;
  app.get(Readiness, { strict: false }).stop();
  stopping.add(server);
  if (noticeMs > 0) await new Promise((resolve) => setTimeout(resolve, noticeMs));
  const unused = setInterval(() => closeUnused(server), 200);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  try {
    await fastify.close();
  } finally {
    clearInterval(unused);
    clearTimeout(cut);
  }
  await app.close();
}

/** Browsers open connections ahead of need. One that never sent a byte holds no request, yet Node would wait for it. */
function closeUnused(server: Server): void {
  for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
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
