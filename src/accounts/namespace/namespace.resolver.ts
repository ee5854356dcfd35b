import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { streamIdOf } from '../../core/command/aggregate.js';
import { EventStore } from '../../core/event-store/event-store.js';
import { callerOf } from '../../core/graphql/command-context.js';
import type { Ctx } from '../../core/graphql/context.js';
import { Policy, Public } from '../../core/graphql/policy.js';
import { decodeId } from '../../core/ids/global-id.js';
import { PictureStore } from '../../core/picture/picture-store.js';
import { avatarOf } from '../avatar/avatar-input.js';
import { UserQueries } from '../user/user.queries.js';
import { CreateNamespace, DeleteNamespace, UpdateNamespace } from './namespace.commands.js';
import { CreateNamespaceInput, DeleteNamespaceInput, UpdateNamespaceInput } from './namespace.inputs.js';
import { NamespaceQueries } from './namespace.queries.js';

@Resolver()
export class NamespaceResolver {
  constructor(
    private readonly store: EventStore,
    private readonly pictures: PictureStore,
    private readonly namespaces: NamespaceQueries,
    private readonly users: UserQueries,
  ) {}

  @Query()
  @Public('namespaces are public')
  getNamespace(@Args('name') name: string) {
    return this.namespaces.byName(name);
  }

  @Mutation()
  @Policy('accounts:namespace:create')
  async createNamespace(@Args('input') input: CreateNamespaceInput, @Context() ctx: Ctx) {
    const ownerId = callerOf(ctx).userId;
    const number = await this.store.drawNumber('Namespace');
    const { name, displayName, description } = input;
    const profile = { ...given({ displayName, description }), avatar: await this.pictures.fromInput(avatarOf(input)) };
    const { streamId } = await ctx.execute(
      new CreateNamespace(streamIdOf('namespace', number), { number, name, ownerId, profile }),
      input,
    );
    const [namespace, user] = await Promise.all([this.namespaces.byId(streamId), this.users.byId(ownerId)]);
    return { namespace, user, clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:namespace:update')
  async updateNamespace(@Args('input') input: UpdateNamespaceInput, @Context() ctx: Ctx) {
    const { name, displayName, description, github: githubHandle, twitter: twitterHandle, websiteUrl } = input;
    const texts = given({ name, displayName, description, githubHandle, twitterHandle, websiteUrl });
    const change = { ...texts, avatar: await this.pictures.fromInput(avatarOf(input)) };
    const { streamId } = await ctx.execute(new UpdateNamespace(namespaceIdOf(input), change), input);
    return { namespace: await this.namespaces.byId(streamId), clientMutationId: input.clientMutationId };
  }

  @Mutation()
  @Policy('accounts:namespace:delete')
  async deleteNamespace(@Args('input') input: DeleteNamespaceInput, @Context() ctx: Ctx) {
    await ctx.execute(new DeleteNamespace(namespaceIdOf(input)), input);
    return { success: true, clientMutationId: input.clientMutationId };
  }
}

const namespaceIdOf = (input: { namespaceId: string }): string =>
  streamIdOf('namespace', decodeId('Namespace', input.namespaceId, 'namespaceId'));

/** Leaves out what was not given; clients send null for that as often as nothing. */
function given<T extends Record<string, string | null | undefined>>(texts: T): { [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text != null)) as { [Key in keyof T]?: string };
}
