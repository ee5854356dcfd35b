// The program with a subscription, as later silos will have them: every change of a namespace, told to whoever listens.
import { Inject, Module } from '@nestjs/common';
import { Resolver, Subscription } from '@nestjs/graphql';
import type { Recorded } from '../../src/core/event-store/types.js';
import { Public } from '../../src/core/graphql/policy.js';
import { LiveEvents } from '../../src/core/live/live-events.js';
import { graphqlModules } from '../../src/modules.js';

const liveSdl = `
type Subscription { namespaceChanges: NamespaceChange! }
type NamespaceChange { position: Int! streamId: String! description: String }`;

const resolve = ({ position, streamId, data }: Recorded) => ({
  position,
  streamId,
  description: (data as { description?: string }).description,
});

@Resolver()
class LiveResolver {
  constructor(@Inject(LiveEvents) private readonly live: LiveEvents) {}

  @Subscription('namespaceChanges', { resolve })
  @Public('for the spec')
  namespaceChanges() {
    return this.live.eventsAfterVisible('accounts', ({ type }) => type.startsWith('accounts.namespace.'));
  }
}

@Module({ providers: [LiveResolver] })
class LiveModule {}

graphqlModules.typeDefs = [...graphqlModules.typeDefs, liveSdl];
graphqlModules.imports.push(LiveModule);
await import('../../src/main.js');
