import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseToken } from '../../core/auth/tokens.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import { Refusal } from '../../core/errors/refusal.js';
import { Authenticator } from '../../core/graphql/context.js';
import { Visitors, type Visitor, type VisitorSource } from '../../core/http/pages/visitors.js';
import { UserQueries } from '../user/user.queries.js';
import { accountMenu } from './account-menu.js';
import { readCookie } from './session-cookie.js';

/** Who looks at a page, by the cookie of a browser's session. */
@Injectable()
export class BrowserVisitors implements VisitorSource, OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly authenticator: Authenticator,
    private readonly users: UserQueries,
    private readonly visitors: Visitors,
  ) {}

  onModuleInit(): void {
    this.visitors.register(this);
  }

  async find(request: FastifyRequest): Promise<Visitor | null> {
    const token = readCookie(request.headers.cookie, this.config.publicUrl);
    // Only what this service put into a cookie: a program's token is no login with a browser.
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

  menu(visitor: Visitor | null) {
    return accountMenu(visitor, this.config.registration === 'open');
  }
}
