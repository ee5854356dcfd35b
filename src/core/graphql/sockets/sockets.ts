import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../../auth/network.js';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../engine.js';
import { Connection } from './connection.js';
import { legacyWs } from './legacy-ws.js';
import type { SocketLimits } from './limits.js';
import { openSockets, refusedSockets } from './measures.js';
import { Places } from './places.js';
import type { Protocol } from './protocol.js';
import { type MakeContext, Session } from './session.js';
import { transportWs } from './transport-ws.js';
import { isUpgrade, routeUpgrades, takeUpgrade } from './upgrade.js';

export type SocketsOptions = {
  engine: Engine;
  fastify: FastifyInstance;
  makeContext: MakeContext;
  log: FastifyBaseLogger;
  limits: SocketLimits;
};

/** GraphQL over WebSockets. */
export type Sockets = {
  /** Whether the request asks for a WebSocket. The route of GraphQL then hands it to `accept`. */
  wanted(request: FastifyRequest): boolean;
  /** Opens the socket, or answers over HTTP why not. */
  accept(request: FastifyRequest, reply: FastifyReply): void;
  /**
   * Takes no new socket, lets queries and mutations under way answer, and closes every socket with 1001, after which clients connect
   * anew. Subscriptions end without `complete`: to a client that would mean that nothing more was to come.
   */
  close(): Promise<void>;
};

/** The first one that a client offers, in this order, is spoken. */
const protocols: readonly Protocol[] = [transportWs, legacyWs];

/** From now on the server's requests to upgrade are routed by Fastify. */
export function startSockets(options: SocketsOptions): Sockets {
  routeUpgrades(options.fastify);
  return new SocketServer(options);
}

type Open = { connection: Connection; session: Session };
type Refusal = { status: number; code: string; message: string };

class SocketServer implements Sockets {
  private readonly limits: SocketLimits;
  private readonly server: WebSocketServer;
  private readonly places: Places;
  private readonly open = new Set<Open>();
  private closing = false;

  constructor(private readonly options: SocketsOptions) {
    this.limits = options.limits;
    this.places = new Places(this.limits.connections, this.limits.connectionsPerAddress);
    // `closeTimeout` is newer than the published types.
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      maxPayload: this.limits.messageBytes,
      closeTimeout: this.limits.closeTimeoutMs,
      // Between two messages of one client others get their turn.
      allowSynchronousEvents: false,
      perMessageDeflate: false,
      handleProtocols: (offered) => protocolAmong(offered)?.name ?? false,
    };
    this.server = new WebSocketServer(settings);
  }

  wanted(request: FastifyRequest): boolean {
    return isUpgrade(request);
  }

  accept(request: FastifyRequest, reply: FastifyReply): void {
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    const protocol = protocolAmong(new Set(offered.split(',').map((name) => name.trim())));
    const refusal = this.refusalOf(request, protocol);
    if (refusal || !protocol) return void refuse(request, reply, refusal ?? unknownProtocol);
    const { request: raw, socket, head } = takeUpgrade(request, reply);
    this.server.handleUpgrade(raw, socket, head, (webSocket) => this.begin(webSocket, protocol, request));
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.open].map((open) => this.leave(open)));
  }

  private refusalOf({ ip }: FastifyRequest, protocol: Protocol | undefined): Refusal | undefined {
    if (!protocol) return unknownProtocol;
    if (this.closing) return { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'The server is going away.' };
    const full = this.places.full(networkOf(ip));
    if (full === 'address')
      return { status: 429, code: 'TOO_MANY_REQUESTS', message: 'Too many sockets from this address.' };
    if (full === 'total') return { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'Too many sockets are open.' };
    return undefined;
  }

  private begin(webSocket: WebSocket, protocol: Protocol, request: FastifyRequest): void {
    const { limits } = this;
    const { engine, makeContext, log } = this.options;
    const connection = new Connection(webSocket, limits);
    const session = new Session({ engine, makeContext, protocol, connection, limits, request, log });
    const open = { connection, session };
    const leavePlace = this.places.take(networkOf(request.ip));
    this.open.add(open);
    openSockets.inc({ protocol: protocol.name });
    connection.onMessage((text) => session.receive(text));
    const startedAt = performance.now();
    const begin = setTimeout(() => session.expectBegin(), limits.initTimeoutMs);
    const rounds = setInterval(() => this.round(open), limits.pingMs);
    void connection.closed.then((code) => {
      clearTimeout(begin);
      clearInterval(rounds);
      session.operations.stopAll();
      leavePlace();
      this.open.delete(open);
      openSockets.dec({ protocol: protocol.name });
      const ms = Math.round(performance.now() - startedAt);
      log.debug({ socket: request.id, protocol: protocol.name, code, cause: connection.cause, ms }, 'socket closed');
    });
  }

  private round({ connection, session }: Open): void {
    if (session.operations.idleMs >= this.limits.idleTimeoutMs) return connection.close(1000, 'Idle');
    connection.ping();
    void session.beat();
  }

  private async leave({ connection, session }: Open): Promise<void> {
    await atMost(this.limits.closeTimeoutMs, session.operations.answered());
    connection.close(1001, 'The server is going away');
    await connection.closed;
  }
}

const unknownProtocol: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: `Offer one of these WebSocket subprotocols: ${protocols.map(({ name }) => name).join(', ')}.`,
};

function protocolAmong(offered: ReadonlySet<string>): Protocol | undefined {
  return protocols.find(({ name }) => offered.has(name));
}

function refuse(request: FastifyRequest, reply: FastifyReply, { status, code, message }: Refusal): void {
  refusedSockets.inc({ cause: code });
  void reply.code(status).send({ errors: [{ message, extensions: { code, requestId: request.id } }] });
}

/** Waits for the work, but no longer than this. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
