import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { OpenedSession } from '../accounts.service.js';
import { SessionsService } from '../session/sessions.service.js';
import { sessionCookie } from './session-cookie.js';
import { Visits } from './visits.js';

/**
 * A login with a browser: a session like any other, whose refresh token lies in a cookie that no script can read. It opens pages only; the
 * API never looks at cookies.
 */
@Injectable()
export class BrowserSessions {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sessions: SessionsService,
    private readonly visits: Visits,
  ) {}

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
    const visit = await this.visits.of(request);
    if (visit) await this.sessions.end(visit.visitor.actor.tokenId, visit.execute);
  }

  private setCookie(reply: FastifyReply, token: string, expiresAtSeconds: number): void {
    reply.header('set-cookie', sessionCookie(this.config.publicUrl, token, expiresAtSeconds));
  }
}
