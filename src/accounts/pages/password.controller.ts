import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { checkedInput } from '../../core/graphql/validation.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { ChangeUserPasswordInput } from '../user/user.inputs.js';
import { UserPasswords } from '../user/user.passwords.js';
import { BrowserSessions } from './browser-sessions.js';
import { passwordPage } from './password.page.js';
import { Visits } from './visits.js';

/** One's own password, for who knows it. */
@Controller('/settings/password')
export class PasswordController {
  constructor(
    private readonly browsers: BrowserSessions,
    private readonly pages: Pages,
    private readonly passwords: UserPasswords,
    private readonly visits: Visits,
  ) {}

  @Get()
  async show(
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (visit) await this.pages.show(request, reply, passwordPage({ done }));
  }

  @PostForm('')
  async change(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const { oldPassword = '', password = '' } = form;
    const session = await orRefusal(async () => {
      const input = await checkedInput(ChangeUserPasswordInput, { oldPassword, password });
      const passwords = { old: oldPassword, new: input.password };
      return this.passwords.change(visit.visitor.actor.userId, passwords, visit, input);
    });
    if (session instanceof Refusal) {
      return this.pages.refuse(request, reply, passwordPage({ refusal: session }), session);
    }
    // All sessions are over, this browser's too: it goes on with a new one.
    if (session) await this.browsers.open(request, reply, session);
    return this.pages.redirect(reply, '/settings/password?done=changed');
  }
}
