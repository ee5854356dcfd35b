import { Module } from '@nestjs/common';
import { Authenticator } from '../core/graphql/context.js';
import { readSdl } from '../core/graphql/sdl.js';
import './accounts.policy.js';
import { AccountsLoaders } from './accounts.loaders.js';
import { AccountsNodes } from './accounts.nodes.js';
import { AccountsService } from './accounts.service.js';
import { AccountsTotals } from './accounts.totals.js';
import { ApiTokenQueries } from './api-token/api-token.queries.js';
import { ApiTokenFields, ApiTokenResolver } from './api-token/api-token.resolver.js';
import { NamespaceFields } from './namespace/namespace.fields.js';
import { NamespaceQueries } from './namespace/namespace.queries.js';
import { NamespaceResolver } from './namespace/namespace.resolver.js';
import { OwnerQueries } from './owner/owner.queries.js';
import { OwnerResolver } from './owner/owner.resolver.js';
import { Authentication } from './session/authentication.js';
import { SessionResolver } from './session/session.resolver.js';
import { UserEmailResolver } from './user/user.email.resolver.js';
import { UserFields } from './user/user.fields.js';
import { UserPasswordResolver } from './user/user.password.resolver.js';
import { UserPasswords } from './user/user.passwords.js';
import { UserQueries } from './user/user.queries.js';
import { UserResolver } from './user/user.resolver.js';

export const accountsSdl = readSdl(import.meta.dirname, 'accounts.graphql');

@Module({
  providers: [
    AccountsLoaders,
    AccountsNodes,
    AccountsService,
    AccountsTotals,
    ApiTokenFields,
    ApiTokenQueries,
    ApiTokenResolver,
    { provide: Authenticator, useClass: Authentication },
    NamespaceFields,
    NamespaceQueries,
    NamespaceResolver,
    OwnerQueries,
    OwnerResolver,
    SessionResolver,
    UserEmailResolver,
    UserFields,
    UserPasswordResolver,
    UserPasswords,
    UserQueries,
    UserResolver,
  ],
  exports: [AccountsService, Authenticator, UserPasswords, UserQueries],
})
export class AccountsModule {}
