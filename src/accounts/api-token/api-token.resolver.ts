import { Args, Context, Mutation, ResolveField, Resolver } from '@nestjs/graphql';
import type { ApiTokenRow } from '../../../projections/accounts/api-tokens/api-tokens.projection.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy } from '../../core/graphql/policy.js';
import { encodeId } from '../../core/ids/global-id.js';
import { AccountsService } from '../accounts.service.js';
import { UserQueries } from '../user/user.queries.js';
import { GenerateAPITokenInput } from './api-token.inputs.js';
import { ApiTokenQueries } from './api-token.queries.js';

@Resolver()
export class ApiTokenResolver {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: ApiTokenQueries,
    private readonly users: UserQueries,
  ) {}

  @Mutation()
  @Policy('accounts:api-token:generate')
  async generateApiToken(@Args('input') input: GenerateAPITokenInput, @Context() ctx: Ctx) {
    const { userId } = callerOf(ctx);
    const { tokenId, raw } = await this.accounts.generateApiToken(userId, input.identifier ?? null, ctx.execute, input);
    const [token, user] = await Promise.all([this.tokens.byId(tokenId), this.users.byId(userId)]);
    return { token, tokenRaw: raw, user, clientMutationId: input.clientMutationId };
  }
}

@Resolver('APIToken')
export class ApiTokenFields {
  @ResolveField()
  id(token: ApiTokenRow) {
    return encodeId('APIToken', token.number);
  }

  @ResolveField()
  user(token: ApiTokenRow, _: unknown, ctx: Ctx) {
    return ctx.users.load(token.userId);
  }
}
