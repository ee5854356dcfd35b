import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { releaseConnection } from '../../http/shutdown.js';

/** What becomes of the connection when a route takes it. */
export type Upgrade = { request: IncomingMessage; socket: Socket; head: Buffer };

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Sends requests for a WebSocket through Fastify like any other, so that they get its request id, its idea of the client's address, its
 * routes, and its ordinary answer wherever no route takes them.
 */
export function routeUpgrades(fastify: FastifyInstance): void {
  const { server } = fastify;
  server.on('upgrade', (request, socket: Socket, head) => {
    // Node has let go of the connection: a failure that nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    if (!wantsWebSocket(request)) return serveWithoutUpgrade(server, request, socket, head);
    releaseConnection(server, socket);
    upgrades.set(request, { request, socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    fastify.routing(request, response);
  });
}

/** Whether the request asks for a WebSocket and still waits for an answer. */
export function isUpgrade(request: FastifyRequest): boolean {
  return upgrades.has(request.raw);
}

/** Takes the connection over; the reply is then of no use any more. */
export function takeUpgrade(request: FastifyRequest, reply: FastifyReply): Upgrade {
  const upgrade = upgrades.get(request.raw)!;
  upgrades.delete(request.raw);
  reply.hijack();
  reply.raw.detachSocket(upgrade.socket);
  return upgrade;
}

function wantsWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Connections that were given back to Node once. */
const givenBack = new WeakSet<Socket>();

/**
 * Some clients offer HTTP/2 with every plain request, which a server may ignore; but as soon as anybody listens for upgrades, Node leaves
 * all of them to the listener. So the request goes back to Node, without its wish. Node takes it for a new connection, with a parser and
 * listeners that stay with the socket; so the second such request is the connection's last.
 */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  if (givenBack.has(socket)) lines.push('connection: close');
  givenBack.add(socket);
  // Node reads header bytes as latin1, and nothing else gives them back as they were.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
