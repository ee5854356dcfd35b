import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { Pages } from '../../core/http/pages/pages.js';
import { SessionsService } from '../session/sessions.service.js';
import { UserQueries } from '../user/user.queries.js';
import { overviewPage } from './overview.page.js';
import { sessionsPage } from './sessions.page.js';
import { Visits } from './visits.js';

/** One's own account: what it is, and where it is logged in. */
@Controller('/settings')
export class SettingsController {
  constructor(
    private readonly pages: Pages,
    private readonly sessions: SessionsService,
    private readonly users: UserQueries,
    private readonly visits: Visits,
  ) {}

  @Get()
  async overview(
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const user = await this.users.byId(visit.visitor.actor.userId);
    await this.pages.show(request, reply, overviewPage(user!, { done }));
  }

  @Get('/sessions')
  async showSessions(
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const { userId, tokenId } = visit.visitor.actor;
    await this.pages.show(request, reply, sessionsPage(await this.sessions.list(userId), tokenId, done));
  }

  @PostForm('/sessions/end')
  async endSession(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    await this.sessions.end(form.id ?? '', visit.execute);
    await this.pages.redirect(reply, '/settings/sessions?done=ended');
  }

  @PostForm('/sessions/end-others')
  async endOtherSessions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const { userId, tokenId } = visit.visitor.actor;
    await this.sessions.endAll(userId, tokenId, visit.execute);
    await this.pages.redirect(reply, '/settings/sessions?done=others-ended');
  }
}
