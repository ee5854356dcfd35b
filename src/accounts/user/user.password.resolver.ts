import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { refuse } from '../../core/errors/core.errors.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { ChangeUserPasswordInput, RequestPasswordResetInput, ValidateUserPasswordInput } from './user.inputs.js';
import { UserPasswords } from './user.passwords.js';
import { UserQueries } from './user.queries.js';

@Resolver()
export class UserPasswordResolver {
  constructor(
    private readonly passwords: UserPasswords,
    private readonly users: UserQueries,
  ) {}

  @Query()
  @Public('whoever has the link has lost the password', { invalidToken: 'anonymous' })
  async getPasswordResetToken(@Args('token') token: string) {
    const userId = await this.passwords.accountOfLink(token);
    return { valid: userId !== null, user: userId && this.users.byId(userId) };
  }

  @Mutation()
  @Public('whoever asks for a link has lost the password', { invalidToken: 'anonymous' })
  async requestPasswordReset(@Args('input') input: RequestPasswordResetInput, @Context() ctx: Ctx) {
    await this.passwords.requestReset(input.email, ctx);
    return { email: input.email, errors: null, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Public('whoever has a link is not logged in; without one it asks for a login itself', { invalidToken: 'anonymous' })
  async changeUserPassword(@Args('input') input: ChangeUserPasswordInput, @Context() ctx: Ctx) {
    const session = await this.replacePassword(input, ctx);
    return { token: session?.accessToken ?? null, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:user:prove')
  async validateUserPassword(@Args('input') input: ValidateUserPasswordInput, @Context() ctx: Ctx) {
    const success = await this.passwords.fits(callerOf(ctx).userId, input.password);
    return { success, clientMutationId: input.clientMutationId };
  }

  private replacePassword(input: ChangeUserPasswordInput, ctx: Ctx) {
    const { token, oldPassword, password } = input;
    if (token !== undefined) return this.passwords.reset(token, password, ctx, input);
    const { userId } = callerOf(ctx);
    if (oldPassword === undefined)
      throw refuse('BAD_USER_INPUT', { field: 'oldPassword', rule: 'oldPassword or token' });
    return this.passwords.change(userId, { old: oldPassword, new: password }, ctx, input);
  }
}
