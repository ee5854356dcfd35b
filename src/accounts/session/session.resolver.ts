import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { Public } from '../../core/graphql/policy.js';
import { UserPasswords } from '../user/user.passwords.js';
import { ObtainJSONWebTokenInput } from './session.inputs.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly passwords: UserPasswords) {}

  @Mutation()
  @Public('whoever logs in has no token yet', { invalidToken: 'anonymous' })
  async tokenAuth(@Args('input') input: ObtainJSONWebTokenInput, @Context() ctx: Ctx) {
    const session = await this.passwords.login(input.username, input.password, ctx);
    return {
      payload: { username: session.username, exp: session.accessExpiresAt, origIat: session.openedAt },
      token: session.accessToken,
      refreshToken: session.refreshToken,
      refreshExpiresIn: session.refreshExpiresAt,
      username: session.username,
      clientMutationId: input.clientMutationId,
    };
  }
}
