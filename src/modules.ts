import { AccountsModule, accountsSdl } from './accounts/accounts.module.js';
import type { GraphqlOptions } from './core/graphql/graphql.module.js';
import { RegistryModule, registrySdl } from './registry/registry.module.js';

/** The interface of every silo of the product: its schema text and its module. */
export const graphqlModules: GraphqlOptions = {
  typeDefs: [accountsSdl, ...registrySdl],
  imports: [AccountsModule, RegistryModule],
};
