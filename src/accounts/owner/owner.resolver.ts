import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { Ctx } from '../../core/graphql/context.js';
import { typed } from '../../core/graphql/node/typed.js';
import { Public } from '../../core/graphql/policy.js';
import { mayAct, type OwnerAction } from '../accounts.rights.js';
import { OwnerQueries } from './owner.queries.js';

/** What is asked of users and namespaces alike. */
@Resolver()
export class OwnerResolver {
  constructor(private readonly owners: OwnerQueries) {}

  @Query()
  @Public('users and namespaces are public')
  async getGlobalObject(@Args('slug') slug: string, @Context() ctx: Ctx) {
    const owner = await this.owners.byName(slug);
    if (!owner) return null;
    return typed(owner.type, await (owner.type === 'User' ? ctx.users : ctx.namespaces).load(owner.id));
  }

  @Query()
  @Public('clients ask what they may do; nobody may do anything without a login')
  async viewerCan(
    @Args('action') action: OwnerAction,
    @Args('ownerName') ownerName: string,
    @Context() { actor }: Ctx,
  ): Promise<boolean> {
    if (actor.kind === 'anonymous') return false;
    const owner = await this.owners.byName(ownerName);
    return owner !== null && mayAct(actor, action, owner);
  }
}
