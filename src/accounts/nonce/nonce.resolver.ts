import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { decodeAnyId } from '../../core/ids/global-id.js';
import { refuse } from '../accounts.errors.js';
import { InvalidateNonceInput, NewNonceInput, ValidateNonceInput } from './nonce.inputs.js';
import { NonceService } from './nonce.service.js';

@Resolver()
export class NonceResolver {
  constructor(private readonly nonces: NonceService) {}

  @Query()
  @Policy('accounts:nonce:read')
  async getAuthNonce(@Args('name') id: string, @Context() ctx: Ctx) {
    const decoded = decodeAnyId(id);
    const numbers = decoded?.kind === 'Nonce' ? [decoded.number] : [];
    const [nonce] = await this.nonces.lookWithoutSecrets(numbers, callerOf(ctx).userId);
    if (!nonce) throw refuse('NONCE_NOT_FOUND', { field: 'name' });
    return nonce;
  }

  @Mutation()
  @Public('whoever logs in has no token yet', { invalidToken: 'anonymous' })
  async newNonce(@Args('input') input: NewNonceInput, @Context() { clientAddress: address }: Ctx) {
    const { name, callbackUrl, clientMutationId } = input;
    return { nonce: await this.nonces.create({ name, callbackUrl, address }), clientMutationId };
  }

  @Mutation()
  @Policy('accounts:nonce:approve')
  async validateNonce(@Args('input') input: ValidateNonceInput, @Context() ctx: Ctx) {
    const { id, secret, clientMutationId } = input;
    const nonce = await this.nonces.approve(id, secret, callerOf(ctx).userId, ctx.execute);
    return { nonce, clientMutationId };
  }

  @Mutation()
  @Public('whoever has the secret may cancel', { invalidToken: 'anonymous' })
  async invalidateNonce(@Args('input') { id, secret, clientMutationId }: InvalidateNonceInput) {
    return { nonce: await this.nonces.cancel(id, secret), clientMutationId };
  }
}
