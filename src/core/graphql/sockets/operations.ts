import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CloseCode, type SubscribeMessage } from 'graphql-ws';
import type { Ctx, OperationScope } from '../context.js';
import type { Engine } from '../engine.js';
import { presentError } from '../errors.js';
import { wrapped } from '../request-plugin.js';
import type { Connection } from './connection.js';
import { socketOperations } from './measures.js';
import { Operation } from './operation.js';
import type { ServerMessage } from './protocol.js';
import { refuse } from './sockets.errors.js';

export type OperationsPorts = {
  engine: Engine;
  connection: Connection;
  /** How many may be under way at once. */
  limit: number;
  /** Name of the protocol, for the measures. */
  protocol: string;
  send(message: ServerMessage): Promise<void>;
  scope(): OperationScope;
  /** @returns undefined when the operation must not start; the socket is then closed. @throws a fault of the authenticator. */
  identify(scope: OperationScope): Promise<Ctx | undefined>;
};

/** The operations of one socket. */
export class Operations {
  /** Those that the client can name. */
  private readonly running = new Map<string, Operation>();
  /** The same, and those that were stopped and have not ended yet: they, too, cost something. */
  private readonly underWay = new Set<Operation>();
  private idleSince = performance.now();

  constructor(private readonly ports: OperationsPorts) {}

  /** For how many milliseconds none has been under way. */
  get idleMs(): number {
    return this.underWay.size > 0 ? 0 : performance.now() - this.idleSince;
  }

  get any(): boolean {
    return this.underWay.size > 0;
  }

  /** @param ready what has to be done before it runs */
  start(message: SubscribeMessage, ready: Promise<void>): void {
    const { connection, engine, limit, send } = this.ports;
    const { id } = message;
    if (this.running.has(id)) {
      return connection.close(CloseCode.SubscriberAlreadyExists, 'An operation with this id is running');
    }
    if (this.underWay.size >= limit) {
      const payload = presented([wrapped(refuse('TOO_MANY_OPERATIONS', { max: limit }))], this.ports.scope());
      return void send({ type: 'error', id, payload });
    }
    const operation = new Operation(engine, (payload) => send({ type: 'next', id, payload }));
    this.running.set(id, operation);
    this.underWay.add(operation);
    void this.run(operation, message, ready);
  }

  stop(id: string): void {
    this.running.get(id)?.stop();
    this.running.delete(id);
  }

  stopAll(): void {
    for (const id of this.running.keys()) this.stop(id);
  }

  /** Resolves when no query or mutation is under way. Subscriptions do not count. */
  async answered(): Promise<void> {
    await Promise.all([...this.underWay].map((operation) => operation.answered));
  }

  /** Never rejects. */
  private async run(operation: Operation, { id, payload }: SubscribeMessage, ready: Promise<void>): Promise<void> {
    const scope = this.ports.scope();
    try {
      await ready;
      const errors = await this.runAs(operation, payload, scope);
      if (errors.length > 0) this.fail(id, operation, errors, scope);
      else if (!operation.stopped) void this.ports.send({ type: 'complete', id });
    } catch (error) {
      this.fail(id, operation, [error instanceof GraphQLError ? error : wrapped(error)], scope);
    } finally {
      this.forget(id, operation);
    }
  }

  /** @returns errors when it must not run. @throws a fault of the authenticator or of the source of a subscription. */
  private async runAs(
    operation: Operation,
    payload: SubscribeMessage['payload'],
    scope: OperationScope,
  ): Promise<readonly GraphQLError[]> {
    const ctx = this.ports.connection.isOpen ? await this.ports.identify(scope) : undefined;
    if (!ctx || operation.stopped) return [];
    const prepared = this.ports.engine.prepare(payload);
    if ('errors' in prepared) return prepared.errors;
    await operation.run(prepared, payload.variables, ctx);
    return [];
  }

  private fail(id: string, operation: Operation, errors: readonly GraphQLError[], scope: OperationScope): void {
    operation.failed = true;
    // Also for a client that does not hear it any more: this is what logs a fault.
    const payload = presented(errors, scope);
    if (!operation.stopped) void this.ports.send({ type: 'error', id, payload });
  }

  private forget(id: string, operation: Operation): void {
    operation.ended();
    this.underWay.delete(operation);
    // The client may have stopped it and used its id for another.
    if (this.running.get(id) === operation) this.running.delete(id);
    this.idleSince = performance.now();
    const outcome = operation.failed ? 'error' : 'ok';
    socketOperations.inc({ protocol: this.ports.protocol, kind: operation.kind, outcome });
  }
}

function presented(errors: readonly GraphQLError[], scope: OperationScope): GraphQLFormattedError[] {
  return errors.map((error) => presentError(error, scope));
}
