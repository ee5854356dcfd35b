import { Args, Context, Mutation, ResolveField, Resolver } from '@nestjs/graphql';
import type { ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { encodeId } from '../../core/ids/global-id.js';
import { AccountsService } from '../accounts.service.js';
import { UserQueries } from '../user/user.queries.js';
import { GenerateAPITokenInput, RevokeAPITokenInput } from './api-token.inputs.js';
import { ApiTokenQueries } from './api-token.queries.js';
import { TokenRevocation } from './token-revocation.js';

@Resolver()
export class ApiTokenResolver {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: ApiTokenQueries,
    private readonly users: UserQueries,
    private readonly revocation: TokenRevocation,
  ) {}

  @Mutation()
  @Policy('accounts:api-token:generate')
  async generateApiToken(@Args('input') input: GenerateAPITokenInput, @Context() ctx: Ctx) {
    const { userId } = callerOf(ctx);
    const { tokenId, raw } = await this.accounts.generateApiToken(userId, input.identifier ?? null, ctx.execute, input);
    const [token, user] = await Promise.all([this.tokens.byId(tokenId), this.users.byId(userId)]);
    return { token, tokenRaw: raw, user, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:api-token:revoke')
  async revokeApiToken(@Args('input') input: RevokeAPITokenInput, @Context() ctx: Ctx) {
    const tokenId = await this.revocation.revoke(input, ctx.actor, ctx.execute);
    const token = tokenId ? await this.tokens.byId(tokenId) : null;
    return { success: true, token, clientMutationId: input.clientMutationId };
  }
}

@Resolver('APIToken')
export class ApiTokenFields {
  @ResolveField()
  id(token: ApiTokenRow) {
    return encodeId('APIToken', token.number);
  }

  @ResolveField()
  async identifier(token: ApiTokenRow, _: unknown, ctx: Ctx) {
    return (await ctx.tokenNames.load(token.id))?.identifier ?? null;
  }

  @ResolveField()
  async lastUsedAt(token: ApiTokenRow, _: unknown, ctx: Ctx) {
    return (await ctx.tokenUses.load(token.id))?.lastUsedAt ?? null;
  }

  @ResolveField()
  user(token: ApiTokenRow, _: unknown, ctx: Ctx) {
    return ctx.users.load(token.userId);
  }
}
