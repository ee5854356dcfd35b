import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { UserEmails } from '../user/user.emails.js';
import { UserQueries } from '../user/user.queries.js';
import { overviewPage } from './overview.page.js';
import { confirmEmailPage, emailConfirmedPage, linkInvalidPage } from './reset.page.js';
import { Visits } from './visits.js';

const invalidPage = linkInvalidPage({ href: '/settings', label: 'Ask for a new link in your settings' });

/** The proof that an address is its account's. */
@Controller()
export class EmailController {
  constructor(
    private readonly emails: UserEmails,
    private readonly pages: Pages,
    private readonly users: UserQueries,
    private readonly visits: Visits,
  ) {}

  @PostForm('/settings/confirm-email')
  async request(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const { userId } = visit.visitor.actor;
    const refusal = await orRefusal(() => this.emails.requestValidation(userId, visit.execute));
    if (!refusal) return this.pages.redirect(reply, '/settings?done=mail-sent');
    const user = await this.users.byId(userId);
    return this.pages.refuse(request, reply, overviewPage(user!, { refusal }), refusal);
  }

  /** The link of the mail. Opening it confirms nothing: programs that look into mails do so, too. */
  @Get('/auth/email')
  async show(
    @Query('token') token: unknown,
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (done === 'confirmed') return this.pages.show(request, reply, emailConfirmedPage());
    return this.pages.show(request, reply, confirmEmailPage(typeof token === 'string' ? token : ''));
  }

  @PostForm('/auth/email')
  async confirm(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { execute } = this.visits.strangerOf(request);
    const outcome = await orRefusal(async () => void (await this.emails.validate(form.token ?? '', execute)));
    if (outcome) return this.pages.refuse(request, reply, invalidPage, outcome);
    return this.pages.redirect(reply, '/auth/email?done=confirmed');
  }
}
