import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { checkedInput } from '../../core/graphql/validation.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { ChangeUserPasswordInput, RequestPasswordResetInput } from '../user/user.inputs.js';
import { UserPasswords } from '../user/user.passwords.js';
import { BrowserSessions } from './browser-sessions.js';
import { forgotPage, forgotSentPage, linkInvalidPage, resetPage } from './reset.page.js';
import { Visits } from './visits.js';

const invalidPage = linkInvalidPage({ href: '/auth/forgot', label: 'Ask for a new link' });

/** The way back for who has lost the password. */
@Controller('/auth')
export class ResetController {
  constructor(
    private readonly browsers: BrowserSessions,
    private readonly pages: Pages,
    private readonly passwords: UserPasswords,
    private readonly visits: Visits,
  ) {}

  @Get('/forgot')
  async showForgot(
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.pages.show(request, reply, done === 'sent' ? forgotSentPage() : forgotPage({}));
  }

  @PostForm('/forgot')
  async requestReset(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const email = form.email?.trim() ?? '';
    const refusal = await orRefusal(async () => {
      const input = await checkedInput(RequestPasswordResetInput, { email });
      await this.passwords.requestReset(input.email, this.visits.strangerOf(request));
    });
    if (refusal) return this.pages.refuse(request, reply, forgotPage({ email, refusal }), refusal);
    return this.pages.redirect(reply, '/auth/forgot?done=sent');
  }

  /** The link of the mail. Opening it changes nothing: programs that look into mails do so, too. */
  @Get('/reset')
  async showReset(
    @Query('token') given: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const token = typeof given === 'string' ? given : '';
    const isValid = (await this.passwords.accountOfLink(token)) !== null;
    await this.pages.show(request, reply, isValid ? resetPage({ token }) : invalidPage, isValid ? 200 : 400);
  }

  @PostForm('/reset')
  async reset(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { token = '', password = '' } = form;
    const session = await orRefusal(async () => {
      const input = await checkedInput(ChangeUserPasswordInput, { token, password });
      return this.passwords.reset(token, input.password, this.visits.strangerOf(request), input);
    });
    if (session instanceof Refusal) {
      const page = session.code === 'LINK_INVALID' ? invalidPage : resetPage({ token, refusal: session });
      return this.pages.refuse(request, reply, page, session);
    }
    if (session) await this.browsers.open(request, reply, session);
    return this.pages.redirect(reply, '/settings?done=password-set');
  }
}
