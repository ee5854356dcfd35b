import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseToken } from '../../core/auth/tokens.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { Refusal } from '../../core/errors/refusal.js';
import { Authenticator } from '../../core/graphql/context.js';
import { Visitors, type Visitor } from '../../core/http/pages/visitors.js';
import type { OpenedSession } from '../accounts.service.js';
import { SessionsService } from '../session/sessions.service.js';
import { UserQueries } from '../user/user.queries.js';
import { accountMenu } from './account-menu.js';
import { readCookie, sessionCookie } from './session-cookie.js';
import { Visits } from './visits.js';

/**
 * A login with a browser: a session like any other, whose refresh token lies in a cookie that no script can read. It opens pages only; the
 * API never looks at cookies.
 */
@Injectable()
export class BrowserSessions implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly authenticator: Authenticator,
    private readonly sessions: SessionsService,
    private readonly users: UserQueries,
    private readonly visitors: Visitors,
    private readonly visits: Visits,
  ) {}

  onModuleInit(): void {
    this.visitors.register({
      find: (request) => this.find(request),
      menu: (visitor) => accountMenu(visitor, this.config.registration === 'open'),
    });
  }

  /** Logs the browser in. The session that it had before is over: nobody could end it any more. */
  async open(request: FastifyRequest, reply: FastifyReply, session: OpenedSession): Promise<void> {
    await this.endSession(request);
    this.setCookie(reply, session.refreshToken, session.refreshExpiresAt);
  }

  /** Logs the browser out, and ends its session. */
  async close(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.endSession(request);
    this.setCookie(reply, '', 0);
  }

  private async endSession(request: FastifyRequest): Promise<void> {
    const visitor = await this.visitors.of(request);
    if (visitor) await this.sessions.end(visitor.actor.tokenId, this.visits.callerOf(request, visitor.actor).execute);
  }

  private async find(request: FastifyRequest): Promise<Visitor | null> {
    const token = this.tokenOf(request);
    if (parseToken(token)?.kind !== 'refresh') return null;
    try {
      const actor = await this.authenticator.authenticate(token);
      const user = actor.kind === 'user' ? await this.users.byId(actor.userId) : null;
      return user && actor.kind === 'user' ? { name: user.username, actor } : null;
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }

  private tokenOf(request: FastifyRequest): string {
    return readCookie(request.headers.cookie, this.config.publicUrl);
  }

  private setCookie(reply: FastifyReply, token: string, expiresAtSeconds: number): void {
    reply.header('set-cookie', sessionCookie(this.config.publicUrl, token, expiresAtSeconds));
  }
}
