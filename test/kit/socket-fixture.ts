import { EventEmitter, on } from 'node:events';
import { Module } from '@nestjs/common';
import { Args, Context, Query, Resolver, Subscription } from '@nestjs/graphql';
import { errorCatalogue } from '../../src/core/errors/catalogue.js';
import type { Ctx } from '../../src/core/graphql/context.js';
import { createGraphqlModule } from '../../src/core/graphql/graphql.module.js';
import { policies, Policy, Public } from '../../src/core/graphql/policy.js';
import type { SocketLimits } from '../../src/core/graphql/sockets/limits.js';
import { FixtureModule, fixtureSdl, startFixture } from './web-fixture.js';

const socketSdl = `
type Subscription {
  countTo(to: Int! = 3): Int
  ticks: Int
  ticksForUsers: Int
  nakedTicks: Int
  refusedTicks: Int
  breaks: Int
  caller: String
}
extend type Query { text(size: Int!): String many(ids: [ID!]!): [Self] }`;

policies({ 'fixture:ticks:watch': { caller: 'user' } });

const { refuse } = errorCatalogue({ FIXTURE_NO_TICKS: { message: 'There is nothing to watch.', help: '' } });

/** What the subscriptions to `ticks` hear. */
export const ticker = new EventEmitter().setMaxListeners(0);

/** How many subscriptions to `ticks` are open. */
export const listening = () => ticker.listenerCount('tick');

const tick = { resolve: ([n]: [number]) => n };

@Resolver()
class SocketFixtureResolver {
  @Query()
  @Public('for the spec')
  text(@Args('size') size: number) {
    return 'x'.repeat(size);
  }
  @Query()
  @Public('for the spec')
  many(@Args('ids') ids: string[]) {
    return ids.map((name) => ({ name }));
  }
  @Subscription()
  @Public('for the spec')
  async *countTo(@Args('to') to: number) {
    for (let n = 1; n <= to; n++) yield { countTo: n };
  }
  @Subscription('ticks', tick)
  @Public('for the spec')
  ticks() {
    return on(ticker, 'tick');
  }
  @Subscription('ticksForUsers', tick)
  @Policy('fixture:ticks:watch')
  ticksForUsers() {
    return on(ticker, 'tick');
  }
  @Subscription('nakedTicks', tick)
  nakedTicks() {
    return on(ticker, 'tick');
  }
  @Subscription()
  @Public('for the spec')
  refusedTicks() {
    throw refuse('FIXTURE_NO_TICKS');
  }
  @Subscription()
  @Public('for the spec')
  async *breaks() {
    yield { breaks: 1 };
    throw new Error('secret inner text');
  }
  @Subscription()
  @Public('for the spec')
  async *caller(@Context() ctx: Ctx) {
    const who = ctx.actor.kind === 'user' ? ctx.actor.userId : ctx.actor.kind;
    yield { caller: `${who} ${ctx.clientAddress} ${ctx.userAgent ?? '-'}` };
  }
}

@Module({ providers: [SocketFixtureResolver] })
class SocketFixtureModule {}

/** The shell with subscriptions, listening on a free port. */
export async function startSocketFixture(socketLimits: Partial<SocketLimits> = {}, env: NodeJS.ProcessEnv = {}) {
  const typeDefs = [fixtureSdl, socketSdl];
  const imports = [FixtureModule, SocketFixtureModule];
  const shell = await startFixture(env, [createGraphqlModule({ typeDefs, imports, socketLimits })]);
  return { ...shell, socketUrl: `${shell.url.replace('http', 'ws')}/graphql` };
}
