import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { checkedInput } from '../../core/graphql/validation.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { localPath } from '../../core/http/pages/local-path.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { ObtainJSONWebTokenInput } from '../session/session.inputs.js';
import { Registration } from '../user/registration.js';
import { UserPasswords } from '../user/user.passwords.js';
import { BrowserSessions } from './browser-sessions.js';
import { loginPage } from './login.page.js';
import { Visits } from './visits.js';

@Controller()
export class LoginController {
  constructor(
    private readonly browsers: BrowserSessions,
    private readonly pages: Pages,
    private readonly passwords: UserPasswords,
    private readonly registration: Registration,
    private readonly visits: Visits,
  ) {}

  @Get('/login')
  async show(
    @Query('next') next: unknown,
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.of(request);
    const view = { next: localPath(next, '/settings'), done, visitorName: visit?.visitor.name };
    await this.pages.show(request, reply, loginPage({ ...view, mayRegister: this.registration.isOpen }));
  }

  @PostForm('/login')
  async logIn(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const next = localPath(form.next, '/settings');
    const username = form.username?.trim() ?? '';
    const session = await orRefusal(async () => {
      const input = await checkedInput(ObtainJSONWebTokenInput, { username, password: form.password ?? '' });
      return this.passwords.login(input.username, input.password, this.visits.strangerOf(request));
    });
    if (session instanceof Refusal) {
      const page = loginPage({ username, refusal: session, next, mayRegister: this.registration.isOpen });
      return this.pages.refuse(request, reply, page, session);
    }
    await this.browsers.open(request, reply, session);
    return this.pages.redirect(reply, next);
  }

  /** A button in the header, not a link: a page of another site must not be able to log anybody out. */
  @PostForm('/logout')
  async logOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.browsers.close(request, reply);
    await this.pages.redirect(reply, '/login?done=logged-out');
  }
}
