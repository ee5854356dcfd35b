import { Injectable } from '@nestjs/common';
import { CommandGateway } from '../command/command.gateway.js';
import type { CommandClass, CommandMeta } from '../command/command.js';
import { dispatchOf, executeFor, type Execute } from '../command/dispatcher.js';
import type { Executed } from '../command/executor.js';
import { refuse } from '../errors/core.errors.js';
import type { Actor } from '../event-store/types.js';
import { ContextFactory, type Ctx } from './context.js';

declare module './context.js' {
  interface Ctx {
    /** Runs a command as the caller, and returns when the read models that the silo's payloads show have seen it. */
    execute: Execute;
    /**
     * What a command of the caller with the clientMutationId of this input did; null for a new one. Asked first where a repeat could not be
     * prepared again, because the first time used something up. @throws Refusal client_mutation_id_conflict
     */
    earlier(commandClass: CommandClass, input: object): Promise<Executed | null>;
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
    contexts.contribute((ctx) => ({
      execute: this.executeAs(ctx),
      earlier: (commandClass, input) => this.gateway.earlier(commandClass, dispatchOf(metaOf(ctx), input)),
    }));
  }

  /** For requests outside GraphQL; there `ctx.execute` is the same. */
  executeAs(scope: Scope): Execute {
    return executeFor(
      () => metaOf(scope),
      (command) => this.gateway.run(command),
    );
  }
}

function metaOf({ actor, requestId, traceparent }: Scope): CommandMeta {
  return { actor, now: new Date(), correlationId: requestId, traceparent };
}

/** The logged-in caller. @throws Refusal UNAUTHENTICATED; behind a policy that asks for a user it never does. */
export function callerOf({ actor }: Pick<Ctx, 'actor'>): Extract<Actor, { kind: 'user' }> {
  if (actor.kind !== 'user') throw refuse('UNAUTHENTICATED');
  return actor;
}
