import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { encodeId } from '../../core/ids/global-id.js';
import { refuse } from '../accounts.errors.js';
import { InvalidateNonceInput, NewNonceInput, ValidateNonceInput } from './nonce.inputs.js';
import { NonceService } from './nonce.service.js';
import type { Nonce } from './nonce.table.js';

@Resolver()
export class NonceResolver {
  constructor(private readonly nonces: NonceService) {}

  @Query()
  @Policy('accounts:nonce:read')
  async getAuthNonce(@Args('name') id: string, @Context() ctx: Ctx) {
    const nonce = await this.nonces.lookWithoutSecret(id, callerOf(ctx).userId);
    if (!nonce) throw refuse('NONCE_NOT_FOUND', { field: 'name' });
    return this.shown(nonce);
  }

  @Mutation()
  @Public('whoever logs in has no token yet', { invalidToken: 'anonymous' })
  async newNonce(@Args('input') input: NewNonceInput, @Context() { clientAddress: address }: Ctx) {
    const { name, callbackUrl, clientMutationId } = input;
    const nonce = await this.nonces.create({ name, callbackUrl, address });
    return { nonce: this.shown(nonce, { secret: nonce.secret }), clientMutationId };
  }

  @Mutation()
  @Policy('accounts:nonce:approve')
  async validateNonce(@Args('input') input: ValidateNonceInput, @Context() ctx: Ctx) {
    const { id, secret, clientMutationId } = input;
    const nonce = await this.nonces.approve(id, secret, callerOf(ctx).userId, ctx.execute);
    return { nonce: this.shown(nonce, { token: nonce.rawToken }), clientMutationId };
  }

  @Mutation()
  @Public('whoever has the secret may cancel', { invalidToken: 'anonymous' })
  async invalidateNonce(@Args('input') { id, secret, clientMutationId }: InvalidateNonceInput) {
    return { nonce: this.shown(await this.nonces.cancel(id, secret)), clientMutationId };
  }

  /** The contract wants texts where a viewer may see nothing: empty ones. */
  private shown(nonce: Nonce, { secret, token }: { secret?: string; token?: string } = {}) {
    return {
      id: encodeId('Nonce', nonce.number),
      name: nonce.name,
      callbackUrl: nonce.callbackUrl,
      createdAt: nonce.createdAt,
      expired: nonce.status === 'expired' || nonce.status === 'cancelled',
      isValidated: nonce.status === 'approved',
      authUrl: this.nonces.pageUrl(nonce, secret),
      secret: secret ?? '',
      token: token ?? '',
    };
  }
}
