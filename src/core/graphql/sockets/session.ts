import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { CloseCode, type ConnectionInitMessage, MessageType, type SubscribeMessage } from 'graphql-ws';
import type { Ctx, OperationScope } from '../context.js';
import type { Engine } from '../engine.js';
import { authorizationOf } from './authorization.js';
import type { Connection } from './connection.js';
import type { SocketLimits } from './limits.js';
import { Operations } from './operations.js';
import type { ClientMessage, Protocol, ServerMessage } from './protocol.js';

/** @throws a fault of the authenticator; a token that is not valid is told in the context. */
export type MakeContext = (request: FastifyRequest, scope: OperationScope) => Promise<Ctx>;

export type SessionPorts = {
  engine: Engine;
  makeContext: MakeContext;
  protocol: Protocol;
  connection: Connection;
  limits: SocketLimits;
  /** The request that opened the socket. */
  request: FastifyRequest;
  log: FastifyBaseLogger;
};

/** The conversation on one socket, the same for every protocol: who the client is, and what it asks for. */
export class Session {
  readonly operations: Operations;
  /** Settles when the client was told that it may start; undefined before it asked. */
  private initialised: Promise<void> | undefined;
  private acknowledged = false;
  private authorization: string | undefined;

  constructor(private readonly ports: SessionPorts) {
    const { engine, connection, limits, protocol, request } = ports;
    this.authorization = request.headers.authorization;
    this.operations = new Operations({
      engine,
      connection,
      limit: limits.operations,
      protocol: protocol.name,
      send: (message) => this.send(message),
      scope: () => this.scope(),
      identify: (scope) => this.identify(scope),
    });
  }

  receive(text: string): void {
    let message: ClientMessage;
    try {
      message = this.ports.protocol.read(text);
    } catch {
      return this.ports.connection.close(CloseCode.BadRequest, 'Invalid message');
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.initialise(message);
      case MessageType.Ping:
        return void this.send({ type: 'pong', payload: message.payload });
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.start(message);
      case MessageType.Complete:
        return this.operations.stop(message.id);
      case 'connection_terminate':
        return this.ports.connection.close(1000, 'Terminated by the client');
    }
  }

  /** Ends a client that has not said `connection_init` yet. */
  expectBegin(): void {
    if (this.initialised) return;
    this.ports.connection.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  /** Shows a client of the old protocol that somebody is there, and ends what a token started that was revoked since. */
  async beat(): Promise<void> {
    if (!this.acknowledged) return;
    void this.send({ type: 'keep_alive' });
    if (!this.operations.any) return;
    const scope = this.scope();
    // A fault, such as a lost database, says nothing about the token: the next beat asks again.
    await this.identify(scope).catch((error: unknown) => scope.log.warn({ err: error }, 'could not check a token'));
  }

  private initialise({ payload }: ConnectionInitMessage): void {
    if (this.initialised) {
      return this.ports.connection.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    }
    this.authorization = authorizationOf(payload) ?? this.authorization;
    this.initialised = this.acknowledge();
  }

  private async acknowledge(): Promise<void> {
    const scope = this.scope();
    try {
      if (!(await this.identify(scope))) return;
      this.acknowledged = true;
      void this.send({ type: 'connection_ack' });
      // From the first of these on a client of the old protocol expects more.
      void this.send({ type: 'keep_alive' });
    } catch (error) {
      scope.log.error({ err: error }, 'unexpected error');
      // Not 4500, which clients take for final.
      this.ports.connection.close(1013, 'Try again later');
    }
  }

  private start(message: SubscribeMessage): void {
    const { connection, protocol } = this.ports;
    const mayStart = this.acknowledged || protocol.startsEarly;
    if (!this.initialised || !mayStart) return connection.close(CloseCode.Unauthorized, 'Unauthorized');
    this.operations.start(message, this.initialised);
  }

  private scope(): OperationScope {
    const requestId = randomUUID();
    const log = this.ports.log.child({ requestId, socket: this.ports.request.id });
    return { requestId, log, authorization: this.authorization };
  }

  /**
   * Asks each time who is calling, as HTTP does, so that a token which was revoked meanwhile starts nothing any more.
   * @returns undefined when the token is not valid; the socket is then closed, with a code after which no client tries again.
   * @throws a fault of the authenticator.
   */
  private async identify(scope: OperationScope): Promise<Ctx | undefined> {
    const ctx = await this.ports.makeContext(this.ports.request, scope);
    if (!ctx.tokenRefusal) return ctx;
    void this.send({ type: 'connection_error', payload: { message: ctx.tokenRefusal.message } });
    this.ports.connection.close(CloseCode.Unauthorized, 'Unauthorized');
    return undefined;
  }

  private async send(message: ServerMessage): Promise<void> {
    const text = this.ports.protocol.write(message);
    if (text !== undefined) await this.ports.connection.send(text);
  }
}
