import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors/refusal.js';
import { checkedInput } from '../../core/graphql/validation.js';
import { PostForm, type Form } from '../../core/http/pages/post-form.js';
import { Pages } from '../../core/http/pages/pages.js';
import { orRefusal } from '../../core/http/pages/problems.js';
import { AccountsService } from '../accounts.service.js';
import { GenerateAPITokenInput, RevokeAPITokenInput } from '../api-token/api-token.inputs.js';
import { TokenRevocation } from '../api-token/token-revocation.js';
import { accessTokensPage, newTokenPage } from './access-tokens.page.js';
import { keyAfter } from './form-key.js';
import { TokenList } from './token-list.js';
import { Visits } from './visits.js';

/** The tokens of one's own programs. The `wasmer` command sends people here. */
@Controller('/settings/access-tokens')
export class AccessTokensController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly list: TokenList,
    private readonly pages: Pages,
    private readonly revocation: TokenRevocation,
    private readonly visits: Visits,
  ) {}

  @Get()
  async show(
    @Query('done') done: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const tokens = await this.list.of(visit.visitor.actor.userId);
    await this.pages.show(request, reply, accessTokensPage({ tokens, clientMutationId: randomUUID(), done }));
  }

  @PostForm('')
  async make(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const { userId } = visit.visitor.actor;
    const identifier = form.identifier?.trim() ?? '';
    const made = await orRefusal(async () => {
      const input = await checkedInput(GenerateAPITokenInput, { identifier, clientMutationId: form.clientMutationId });
      return this.accounts.generateApiToken(userId, identifier || null, visit.execute, input);
    });
    if (made instanceof Refusal) {
      const clientMutationId = keyAfter(made, form);
      const view = { tokens: await this.list.of(userId), clientMutationId, identifier, refusal: made };
      return this.pages.refuse(request, reply, accessTokensPage(view), made);
    }
    // The token stands in this answer and nowhere else, so here no other page follows. A reload makes no second one.
    return this.pages.show(request, reply, newTokenPage(made.raw, `${this.pages.publicUrl}/graphql`));
  }

  @PostForm('/revoke')
  async revoke(@Body() form: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visits.knownOf(request, reply);
    if (!visit) return;
    const input = await checkedInput(RevokeAPITokenInput, { tokenId: form.id ?? '' });
    await this.revocation.revoke(input, visit.visitor.actor, visit.execute);
    await this.pages.redirect(reply, '/settings/access-tokens?done=revoked');
  }
}
