import { Injectable } from '@nestjs/common';
import type { NamespaceRow } from '../../projections/accounts/namespaces/namespaces.projection.js';
import type { UserRow } from '../../projections/accounts/users/users.projection.js';
import { ContextFactory } from '../core/graphql/context.js';
import { Loader } from '../core/graphql/loader.js';
import { TokenNames, type TokenName } from './api-token/token-names.js';
import { NamespaceQueries } from './namespace/namespace.queries.js';
import { TokenUses } from './session/token-uses.js';
import type { TokenUse } from './session/token-uses.table.js';
import { UserQueries } from './user/user.queries.js';

declare module '../core/graphql/context.js' {
  interface Ctx {
    /** Accounts by id; an erased one is null. */
    users: Loader<string, UserRow>;
    /** When API tokens were last used, by their ids. */
    tokenUses: Loader<string, TokenUse>;
    /** What API tokens are called, by their ids. */
    tokenNames: Loader<string, TokenName>;
    /** Namespaces by id. */
    namespaces: Loader<string, NamespaceRow>;
  }
}

/** Gives every request its loaders of this silo. */
@Injectable()
export class AccountsLoaders {
  constructor(
    contexts: ContextFactory,
    namespaces: NamespaceQueries,
    users: UserQueries,
    uses: TokenUses,
    names: TokenNames,
  ) {
    contexts.contribute(() => ({
      users: new Loader((ids) => users.byIds(ids), rowId),
      tokenUses: new Loader(
        (ids) => uses.lastUsed(ids),
        (use) => use.tokenId,
      ),
      tokenNames: new Loader(
        (ids) => names.of(ids),
        (name) => name.tokenId,
      ),
      namespaces: new Loader((ids) => namespaces.byIds(ids), rowId),
    }));
  }
}

const rowId = (row: { id: string }): string => row.id;
