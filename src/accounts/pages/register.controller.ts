import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { checkedInput } from '../../core/graphql/validation.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { localPath } from '../../core/http/pages/local-path.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import type { OpenedSession } from '../accounts.service.js';
import { Registration } from '../user/registration.js';
import { RegisterUserInput } from '../user/user.inputs.js';
import { UserPasswords } from '../user/user.passwords.js';
import { BrowserSessions } from './browser-sessions.js';
import { keyAfter } from './form-key.js';
import { registerPage, registrationClosedPage, type Typed } from './register.page.js';
import { Visits } from './visits.js';

@Controller()
export class RegisterController {
  constructor(
    private readonly browsers: BrowserSessions,
    private readonly pages: Pages,
    private readonly passwords: UserPasswords,
    private readonly registration: Registration,
    private readonly visits: Visits,
  ) {}

  @Get('/register')
  async show(@Query('next') next: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.registration.isOpen) return this.pages.show(request, reply, registrationClosedPage(), 403);
    const page = registerPage({ next: localPath(next, '/settings'), clientMutationId: randomUUID() });
    return this.pages.show(request, reply, page);
  }

  @PostForm('/register')
  async register(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.registration.isOpen) return this.pages.show(request, reply, registrationClosedPage(), 403);
    const next = localPath(form.next, '/settings');
    const typed: Typed = {
      username: form.username?.trim() ?? '',
      email: form.email?.trim() ?? '',
      fullName: form.fullName?.trim() ?? '',
    };
    const session = await orRefusal(() => this.open(form, typed, request));
    if (session instanceof Refusal) {
      const page = registerPage({ typed, refusal: session, next, clientMutationId: keyAfter(session, form) });
      return this.pages.refuse(request, reply, page, session);
    }
    await this.browsers.open(request, reply, session);
    return this.pages.redirect(reply, next);
  }

  private async open(form: Form, typed: Typed, request: FastifyRequest): Promise<OpenedSession> {
    const caller = this.visits.strangerOf(request);
    const { password = '', clientMutationId } = form;
    const input = await checkedInput(RegisterUserInput, { ...typed, password, clientMutationId });
    const session = await this.registration.open(input, caller);
    // The form was sent twice: the account is there, and who knows its password may enter.
    return session ?? this.passwords.login(input.username, input.password, caller);
  }
}
