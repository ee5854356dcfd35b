import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { refuse } from '../accounts.errors.js';
import { AccountsService } from '../accounts.service.js';
import { RegisterUserInput } from './user.inputs.js';
import { UserQueries } from './user.queries.js';

@Resolver()
export class UserResolver {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: AccountsService,
    private readonly users: UserQueries,
  ) {}

  @Query()
  @Public('clients ask who they are before they log in', { invalidToken: 'anonymous' })
  viewer(@Context() { actor }: Ctx) {
    return actor.kind === 'user' ? this.users.byId(actor.userId) : null;
  }

  @Query()
  @Public('the profile that strangers see is public')
  getUser(@Args('username') username: string) {
    return this.users.byUsername(username);
  }

  @Mutation()
  @Public('whoever registers has no account yet', { invalidToken: 'anonymous' })
  async registerUser(@Args('input') input: RegisterUserInput, @Context() ctx: Ctx) {
    if (this.config.registration === 'closed') throw refuse('REGISTRATION_CLOSED');
    const { username, email, password, fullName, intent, acceptedTos } = input;
    const account = { username, email, password, fullName, intent, acceptedTerms: acceptedTos ?? false };
    const { userId, repeated } = await this.accounts.register(account, ctx.execute, input);
    const session = repeated ? null : await this.accounts.openSession(userId, ctx.execute);
    return { token: session?.accessToken ?? null, clientMutationId: input.clientMutationId };
  }
}
