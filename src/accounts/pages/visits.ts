import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Execute } from '../../core/command/dispatcher.js';
import type { Actor } from '../../core/event-store/types.js';
import { CommandContext } from '../../core/graphql/command-context.js';
import { Pages } from '../../core/http/pages/pages.js';
import { Visitors, type Visitor } from '../../core/http/pages/visitors.js';
import { originOf } from '../session/origin.js';
import type { Origin } from '../session/session.commands.js';

/** One request of a browser by somebody who is logged in. */
export type Visit = { visitor: Visitor; execute: Execute };

/** Who asks for a page, and commands on their behalf. */
@Injectable()
export class Visits {
  constructor(
    private readonly commands: CommandContext,
    private readonly pages: Pages,
    private readonly visitors: Visitors,
  ) {}

  /** For a stranger, who is about to log in, register or prove something else. */
  strangerOf(request: FastifyRequest): { execute: Execute; origin: Origin } {
    const origin = originOf({ userAgent: request.headers['user-agent'], clientAddress: request.ip });
    return { execute: this.executeAs({ kind: 'anonymous' }, request), origin };
  }

  /** @returns null for a stranger, who has then been sent to log in and comes back after it. */
  async knownOf(request: FastifyRequest, reply: FastifyReply): Promise<Visit | null> {
    const visitor = await this.visitors.of(request);
    if (visitor) return { visitor, execute: this.executeAs(visitor.actor, request) };
    await this.pages.redirect(reply, `/login?next=${encodeURIComponent(request.url)}`);
    return null;
  }

  /** Commands in the course of this request. */
  executeAs(actor: Actor, request: FastifyRequest): Execute {
    const { traceparent } = request.headers;
    return this.commands.executeAs({
      actor,
      requestId: request.id,
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
  }
}
