import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../core/event-store/types.js';
import { CommandContext } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Pages } from '../../core/http/pages/pages.js';
import { Visitors, type Visitor } from '../../core/http/pages/visitors.js';
import { traceparentOf } from '../../core/http/traceparent.js';

/** A request of a browser, as the silo's services know a caller: what a resolver's context says, too. */
export type PageCaller = Pick<Ctx, 'actor' | 'clientAddress' | 'execute' | 'log' | 'userAgent'>;

/** One by somebody who is logged in. */
export type Visit = PageCaller & { visitor: Visitor };

/** Who asks for a page. */
@Injectable()
export class Visits {
  constructor(
    private readonly commands: CommandContext,
    private readonly pages: Pages,
    private readonly visitors: Visitors,
  ) {}

  /** A stranger, who is about to log in, register or prove something else. */
  strangerOf(request: FastifyRequest): PageCaller {
    return this.callerOf(request, { kind: 'anonymous' });
  }

  /** @returns null for a stranger */
  async of(request: FastifyRequest): Promise<Visit | null> {
    const visitor = await this.visitors.of(request);
    return visitor && { visitor, ...this.callerOf(request, visitor.actor) };
  }

  /** @returns null for a stranger, who has then been sent to log in and comes back after it. */
  async knownOf(request: FastifyRequest, reply: FastifyReply): Promise<Visit | null> {
    const visit = await this.of(request);
    if (visit) return visit;
    // What was sent with a form is gone; the address of a form may be no page.
    const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : '';
    await this.pages.redirect(reply, `/login${next}`);
    return null;
  }

  private callerOf(request: FastifyRequest, actor: Actor): PageCaller {
    return {
      actor,
      clientAddress: request.ip,
      userAgent: request.headers['user-agent'],
      log: request.log,
      execute: this.commands.executeAs({ actor, requestId: request.id, traceparent: traceparentOf(request) }),
    };
  }
}
