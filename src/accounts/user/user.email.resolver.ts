import { randomUUID } from 'node:crypto';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Attempts } from '../../core/auth/attempts.js';
import { streamIdOf } from '../../core/command/aggregate.js';
import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { ChangeEmail } from './user.email.commands.js';
import { UserEmails } from './user.emails.js';
import { ChangeUserEmailInput, RequestValidationEmailInput, ValidateUserEmailInput } from './user.inputs.js';
import { UserQueries } from './user.queries.js';

@Resolver()
export class UserEmailResolver {
  constructor(
    private readonly attempts: Attempts,
    private readonly emails: UserEmails,
    private readonly users: UserQueries,
  ) {}

  @Mutation()
  @Policy('accounts:user:change-email')
  async changeUserEmail(@Args('input') input: ChangeUserEmailInput, @Context() ctx: Ctx) {
    const { userId } = callerOf(ctx);
    await this.attempts.count('email-change', { account: userId });
    await ctx.execute(new ChangeEmail(userId, input.newEmail, randomUUID()), input);
    return { user: await this.users.byId(userId), clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:user:validate-email')
  async requestValidationEmail(@Args('input') input: RequestValidationEmailInput, @Context() ctx: Ctx) {
    const { userId } = callerOf(ctx);
    if (input.userId !== undefined && streamIdOf('user', decodeId('User', input.userId, 'userId')) !== userId)
      throw refuseCaller('FORBIDDEN', { field: 'userId' });
    await this.emails.requestValidation(userId, ctx.execute, input);
    return { success: true, user: await this.users.byId(userId), clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Public('the link is the proof, wherever it is opened', { invalidToken: 'anonymous' })
  async validateUserEmail(@Args('input') input: ValidateUserEmailInput, @Context() ctx: Ctx) {
    const number = input.userId === undefined ? undefined : decodeId('User', input.userId, 'userId');
    const userId = await this.emails.validate(input.challenge, ctx.execute, input, number);
    return { user: await this.users.byId(userId), clientMutationId: input.clientMutationId };
  }
}
