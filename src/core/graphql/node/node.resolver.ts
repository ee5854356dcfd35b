import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { refuse } from '../../errors/core.errors.js';
import type { Ctx } from '../context.js';
import { Public } from '../policy.js';
import { NodeRegistry } from './node-registry.js';

/** Said to clients in base.graphql. */
export const maxNodeIds = 100;

@Resolver()
export class NodeResolver {
  constructor(private readonly registry: NodeRegistry) {}

  @Query()
  @Public('each kind of thing says itself who may see it')
  async node(@Args('id') id: string, @Context() ctx: Ctx) {
    const [node] = await this.registry.find([id], ctx);
    return node;
  }

  @Query()
  @Public('each kind of thing says itself who may see it')
  nodes(@Args('ids') ids: string[], @Context() ctx: Ctx) {
    if (ids.length > maxNodeIds) {
      const rule = `at most ${maxNodeIds}`;
      throw refuse('BAD_USER_INPUT', { field: 'ids', rule }, `nodes takes ${rule} ids at once.`);
    }
    return this.registry.find(ids, ctx);
  }
}
