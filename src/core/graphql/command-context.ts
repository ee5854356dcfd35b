import { Injectable } from '@nestjs/common';
import { CommandGateway } from '../command/command.gateway.js';
import { executeFor, type Execute } from '../command/dispatcher.js';
import { refuse } from '../errors/core.errors.js';
import type { Actor } from '../event-store/types.js';
import { ContextFactory, type Ctx } from './context.js';

declare module './context.js' {
  interface Ctx {
    /** Runs a command as the caller, and returns when the read models that the silo's payloads show have seen it. */
    execute: Execute;
  }
}

/** Who runs commands, and in the course of which request. */
type Scope = Pick<Ctx, 'actor' | 'requestId' | 'traceparent'>;

/** Gives every request its `ctx.execute`. */
@Injectable()
export class CommandContext {
  constructor(
    contexts: ContextFactory,
    private readonly gateway: CommandGateway,
  ) {
    contexts.contribute((ctx) => ({ execute: this.executeAs(ctx) }));
  }

  /** For requests outside GraphQL; there `ctx.execute` is the same. */
  executeAs({ actor, requestId, traceparent }: Scope): Execute {
    return executeFor(
      () => ({ actor, now: new Date(), correlationId: requestId, traceparent }),
      (command) => this.gateway.run(command),
    );
  }
}

/** The logged-in caller. @throws Refusal UNAUTHENTICATED; behind a policy that asks for a user it never does. */
export function callerOf({ actor }: Pick<Ctx, 'actor'>): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw refuse('UNAUTHENTICATED');
  return actor;
}
