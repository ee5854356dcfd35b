import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { originOf } from '../session/origin.js';
import { Registration } from './registration.js';
import { RegisterUserInput } from './user.inputs.js';
import { UserQueries } from './user.queries.js';

@Resolver()
export class UserResolver {
  constructor(
    private readonly registration: Registration,
    private readonly users: UserQueries,
  ) {}

  @Query()
  @Public('clients ask who they are before they log in', { invalidToken: 'anonymous' })
  viewer(@Context() { actor }: Ctx) {
    return actor.kind === 'user' ? this.users.byId(actor.userId) : null;
  }

  @Mutation()
  @Public('whoever registers has no account yet', { invalidToken: 'anonymous' })
  async registerUser(@Args('input') input: RegisterUserInput, @Context() ctx: Ctx) {
    const { session } = await this.registration.open(input, originOf(ctx), ctx.execute);
    return { token: session?.accessToken ?? null, clientMutationId: input.clientMutationId };
  }
}
