import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import type { Page } from '../../core/http/pages/layout.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { NonceService } from '../nonce/nonce.service.js';
import {
  approvedPage,
  approvePage,
  cancelledPage,
  isRequestRefusal,
  noRequestPage,
  type NonceKey,
} from './approve.page.js';
import { Visits, type Visit } from './visits.js';

/** Where `wasmer login` sends the browser. */
@Controller('/auth/cli')
export class ApproveController {
  constructor(
    private readonly nonces: NonceService,
    private readonly pages: Pages,
    private readonly visits: Visits,
  ) {}

  @Get()
  async show(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const key = keyOf(query);
    await this.answer(request, reply, async () =>
      approvePage(await this.nonces.pending(key.nonce, key.secret), key, visit.visitor.name),
    );
  }

  /** The answer holds the token, so no other page follows. A reload finds the request answered. */
  @PostForm('')
  async decide(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    await this.answer(request, reply, () =>
      form.decision === 'approve' ? this.approve(keyOf(form), visit) : this.cancel(keyOf(form)),
    );
  }

  private async approve({ nonce, secret }: NonceKey, { visitor, execute }: Visit): Promise<Page> {
    const approved = await this.nonces.approve(nonce, secret, visitor.actor.userId, execute);
    return approvedPage(approved.name, approved.callbackUrl, approved.rawToken, `${this.pages.publicUrl}/graphql`);
  }

  private async cancel({ nonce, secret }: NonceKey): Promise<Page> {
    const { name, callbackUrl } = await this.nonces.cancel(nonce, secret);
    return cancelledPage(name, callbackUrl);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, work: () => Promise<Page>): Promise<void> {
    const page = await orRefusal(work);
    if (!(page instanceof Refusal)) return this.pages.show(request, reply, page);
    const { code } = page;
    // Whatever else is refused is no fault of the login request, and is said in its own words.
    if (!isRequestRefusal(code)) throw page;
    return this.pages.refuse(request, reply, noRequestPage(code), page);
  }
}

const keyOf = ({ nonce, secret }: Record<string, unknown>): NonceKey => ({
  nonce: typeof nonce === 'string' ? nonce : '',
  secret: typeof secret === 'string' ? secret : '',
});
