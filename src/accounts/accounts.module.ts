import { Module } from '@nestjs/common';
import { Authenticator } from '../core/graphql/context.js';
import { readSdl } from '../core/graphql/sdl.js';
import { PictureModule } from '../core/picture/picture.module.js';
import './accounts.policy.js';
import { AccountsLoaders } from './accounts.loaders.js';
import { AccountsNodes } from './accounts.nodes.js';
import { AccountsService } from './accounts.service.js';
import { AccountsTotals } from './accounts.totals.js';
import { ApiTokenQueries } from './api-token/api-token.queries.js';
import { TokenNames } from './api-token/token-names.js';
import { TokenRevocation } from './api-token/token-revocation.js';
import { ApiTokenFields, ApiTokenResolver } from './api-token/api-token.resolver.js';
import { AvatarController } from './avatar/avatar.controller.js';
import { AvatarQueries } from './avatar/avatar.queries.js';
import { NamespaceFields } from './namespace/namespace.fields.js';
import { NamespaceQueries } from './namespace/namespace.queries.js';
import { NamespaceResolver } from './namespace/namespace.resolver.js';
import { NonceFields } from './nonce/nonce.fields.js';
import { NonceResolver } from './nonce/nonce.resolver.js';
import { NonceService } from './nonce/nonce.service.js';
import { OwnerCheck } from './owner/owner-check.js';
import { OwnerQueries } from './owner/owner.queries.js';
import { OwnerResolver } from './owner/owner.resolver.js';
import { pageControllers, pageProviders } from './pages/index.js';
import { Authentication } from './session/authentication.js';
import { SessionQueries } from './session/session.queries.js';
import { SessionResolver } from './session/session.resolver.js';
import { SessionsService } from './session/sessions.service.js';
import { TokenUses } from './session/token-uses.js';
import { Registration } from './user/registration.js';
import { UserEmailResolver } from './user/user.email.resolver.js';
import { UserEmails } from './user/user.emails.js';
import { UserFields } from './user/user.fields.js';
import { UserPasswordResolver } from './user/user.password.resolver.js';
import { UserPasswords } from './user/user.passwords.js';
import { UserQueries } from './user/user.queries.js';
import { UserResolver } from './user/user.resolver.js';

export const accountsSdl = readSdl(import.meta.dirname, 'accounts.graphql');

@Module({
  imports: [PictureModule],
  controllers: [AvatarController, ...pageControllers],
  providers: [
    ...pageProviders,
    AccountsLoaders,
    AccountsNodes,
    AccountsService,
    AccountsTotals,
    ApiTokenFields,
    ApiTokenQueries,
    ApiTokenResolver,
    Authentication,
    { provide: Authenticator, useExisting: Authentication },
    AvatarQueries,
    NamespaceFields,
    NamespaceQueries,
    NamespaceResolver,
    NonceFields,
    NonceResolver,
    NonceService,
    OwnerCheck,
    OwnerQueries,
    OwnerResolver,
    Registration,
    SessionQueries,
    SessionResolver,
    SessionsService,
    TokenNames,
    TokenRevocation,
    TokenUses,
    UserEmailResolver,
    UserEmails,
    UserFields,
    UserPasswordResolver,
    UserPasswords,
    UserQueries,
    UserResolver,
  ],
  exports: [AccountsService, Authenticator, NonceService, OwnerCheck, SessionsService, UserPasswords, UserQueries],
})
export class AccountsModule {}
