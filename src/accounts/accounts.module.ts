import { Module } from '@nestjs/common';
import { apiTokens } from '../../projections/accounts/api-tokens/api-tokens.projection.js';
import { namespaces } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { sessions } from '../../projections/accounts/sessions/sessions.projection.js';
import { totals } from '../../projections/accounts/totals/totals.projection.js';
import { users } from '../../projections/accounts/users/users.projection.js';
import type { Silo } from '../core/command/silo.js';
import { readSdl } from '../core/graphql/sdl.js';
import { AccountsService } from './accounts.service.js';
import { AccountsTotals } from './accounts.totals.js';
import { apiTokenAggregate } from './api-token/api-token.commands.js';
import { ApiTokenQueries } from './api-token/api-token.queries.js';
import { ApiTokenFields, ApiTokenResolver } from './api-token/api-token.resolver.js';
import { namespaceAggregate } from './namespace/namespace.commands.js';
import { NamespaceFields } from './namespace/namespace.fields.js';
import { NamespaceQueries } from './namespace/namespace.queries.js';
import { NamespaceResolver } from './namespace/namespace.resolver.js';
import { Authentication } from './session/authentication.js';
import { sessionAggregate } from './session/session.commands.js';
import { SessionResolver } from './session/session.resolver.js';
import { userAggregate } from './user/user.commands.js';
import { UserFields } from './user/user.fields.js';
import { UserQueries } from './user/user.queries.js';
import { UserResolver } from './user/user.resolver.js';

export const accounts: Silo = {
  name: 'accounts',
  aggregates: [userAggregate, namespaceAggregate, sessionAggregate, apiTokenAggregate],
  projections: [users, namespaces, sessions, apiTokens, totals],
};

export const accountsSdl = readSdl(import.meta.dirname, 'accounts.graphql');

@Module({
  providers: [
    AccountsService,
    AccountsTotals,
    ApiTokenFields,
    ApiTokenQueries,
    ApiTokenResolver,
    Authentication,
    NamespaceFields,
    NamespaceQueries,
    NamespaceResolver,
    SessionResolver,
    UserFields,
    UserQueries,
    UserResolver,
  ],
  exports: [AccountsService, Authentication, UserQueries],
})
export class AccountsModule {}
