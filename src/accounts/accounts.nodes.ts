import { Injectable } from '@nestjs/common';
import { streamIdOf } from '../core/command/aggregate.js';
import type { Ctx } from '../core/graphql/context.js';
import { NodeRegistry } from '../core/graphql/node/node-registry.js';
import { ApiTokenQueries } from './api-token/api-token.queries.js';
import { NonceService } from './nonce/nonce.service.js';

/** What `node(id)` finds of this silo. */
@Injectable()
export class AccountsNodes {
  constructor(
    nodes: NodeRegistry,
    private readonly apiTokens: ApiTokenQueries,
    private readonly nonces: NonceService,
  ) {
    nodes.register('User', (numbers, ctx) => ctx.users.loadMany(idsOf('user', numbers)));
    nodes.register('Namespace', (numbers, ctx) => ctx.namespaces.loadMany(idsOf('namespace', numbers)));
    nodes.register('APIToken', (numbers, ctx) => this.ownTokens(numbers, ctx));
    nodes.register('Nonce', (numbers, ctx) => this.visibleNonces(numbers, ctx));
  }

  /** A token is seen by its owner alone. */
  private async ownTokens(numbers: readonly number[], { actor }: Ctx) {
    if (actor.kind !== 'user') return numbers.map(() => null);
    const tokens = await this.apiTokens.byIds(idsOf('api-token', numbers));
    const own = tokens.filter((token) => token.userId === actor.userId);
    return numbers.map((number) => own.find((token) => token.number === number) ?? null);
  }

  /** As `getAuthNonce` shows them. */
  private async visibleNonces(numbers: readonly number[], { actor }: Ctx) {
    if (actor.kind !== 'user') return numbers.map(() => null);
    return this.nonces.lookWithoutSecrets(numbers, actor.userId);
  }
}

const idsOf = (aggregate: string, numbers: readonly number[]): string[] =>
  numbers.map((number) => streamIdOf(aggregate, number));
