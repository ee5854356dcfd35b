import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { streamIdOf } from '../../core/command/aggregate.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { PictureStore } from '../../core/picture/picture-store.js';
import { avatarOf } from '../avatar/avatar-input.js';
import { Registration } from './registration.js';
import { ChangeUsername, EraseUser, UpdateProfile } from './user.commands.js';
import type { UserId } from './user.events.js';
import {
  ChangeUserUsernameInput,
  CheckUserExistsInput,
  DeleteUserInput,
  RegisterUserInput,
  UpdateUserInfoInput,
} from './user.inputs.js';
import { UserQueries } from './user.queries.js';

@Resolver()
export class UserResolver {
  constructor(
    private readonly pictures: PictureStore,
    private readonly registration: Registration,
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
    const session = await this.registration.open(input, ctx);
    return { token: session?.accessToken ?? null, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:user:update')
  async updateUserInfo(@Args('input') input: UpdateUserInfoInput, @Context() ctx: Ctx) {
    const { fullName, bio, location, github: githubHandle, twitter: twitterHandle, websiteUrl } = input;
    const userId = input.userId === undefined ? callerOf(ctx).userId : userIdFrom(input.userId);
    const avatar = await this.pictures.fromInput(avatarOf(input));
    const change = { fullName, bio, location, githubHandle, twitterHandle, websiteUrl, avatar };
    await ctx.execute(new UpdateProfile(userId, change), input);
    return { user: await this.users.byId(userId), clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:user:rename')
  async changeUserUsername(@Args('input') input: ChangeUserUsernameInput, @Context() ctx: Ctx) {
    const { userId } = callerOf(ctx);
    await ctx.execute(new ChangeUsername(userId, input.username), input);
    return { token: null, user: await this.users.byId(userId), clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Public('user names are public', { invalidToken: 'anonymous' })
  async checkUserExists(@Args('input') input: CheckUserExistsInput) {
    const user = await this.users.byUsername(input.user);
    return { exists: user !== null, user, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:user:erase')
  async deleteUser(@Args('input') input: DeleteUserInput, @Context() ctx: Ctx) {
    await ctx.execute(new EraseUser(userIdFrom(input.userId)), input);
    return { deleted: true, userId: input.userId, clientMutationId: input.clientMutationId };
  }
}

const userIdFrom = (id: string): UserId => streamIdOf('user', decodeId('User', id, 'userId'));
