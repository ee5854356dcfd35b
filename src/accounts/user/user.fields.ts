import { Inject } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import type { UserRow } from '../../../projections/accounts/users/users.projection.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { PageArgs } from '../../core/graphql/connection/page-request.js';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { mayAct, type OwnerAction } from '../accounts.rights.js';
import { ApiTokenQueries } from '../api-token/api-token.queries.js';
import { NamespaceQueries } from '../namespace/namespace.queries.js';
import { avatarUrl } from '../avatar/avatar.urls.js';

/** Only what differs from the row, and what only the account itself may see. */
@Resolver('User')
export class UserFields {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly allNamespaces: NamespaceQueries,
    private readonly allTokens: ApiTokenQueries,
  ) {}

  @ResolveField()
  id(user: UserRow) {
    return encodeId('User', user.number);
  }

  @ResolveField()
  globalId(user: UserRow) {
    return encodeId('User', user.number);
  }

  @ResolveField()
  globalName(user: UserRow) {
    return user.username;
  }

  @ResolveField()
  email(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? user.email : '';
  }

  @ResolveField()
  fullName(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? user.fullName : '';
  }

  @ResolveField()
  firstName(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? splitName(user.fullName).first : '';
  }

  @ResolveField()
  lastName(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? splitName(user.fullName).last : '';
  }

  @ResolveField()
  registerIntent(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? user.registerIntent : null;
  }

  @ResolveField()
  isEmailValidated(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) && user.isEmailValidated;
  }

  /** There is no other way to log in yet, so every account has one. */
  @ResolveField()
  hasUsablePassword(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? true : null;
  }

  @ResolveField()
  loginMethods(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx) ? ['PASSWORD'] : [];
  }

  @ResolveField()
  bio(user: UserRow) {
    return user.bio || null;
  }

  @ResolveField()
  location(user: UserRow) {
    return user.location || null;
  }

  @ResolveField()
  githubUrl(user: UserRow) {
    return user.githubHandle ? `https://github.com/${user.githubHandle}` : null;
  }

  @ResolveField()
  twitterUrl(user: UserRow) {
    return user.twitterHandle ? `https://twitter.com/${user.twitterHandle}` : null;
  }

  @ResolveField()
  websiteUrl(user: UserRow) {
    return user.websiteUrl || null;
  }

  @ResolveField()
  avatar({ avatar, username }: UserRow, { size }: { size: number }) {
    return avatarUrl(this.config, { avatar, name: username }, size);
  }

  @ResolveField()
  dateJoined(user: UserRow) {
    return user.joinedAt;
  }

  @ResolveField()
  isStaff(user: UserRow) {
    return user.isOperator;
  }

  /** The owner has every role in its namespaces, and nobody else has one, so `role` leaves none out. */
  @ResolveField()
  namespaces(user: UserRow, page: PageArgs) {
    return this.allNamespaces.ofOwner(user.id, page);
  }

  /** To everybody else an account has none. */
  @ResolveField()
  apiTokens(user: UserRow, page: PageArgs, ctx: Ctx) {
    return this.allTokens.ofUser(isViewer(user, ctx) ? user.id : '', page);
  }

  @ResolveField()
  viewerCan(user: UserRow, { action }: { action: OwnerAction }, { actor }: Ctx) {
    return mayAct(actor, action, { ownerId: user.id });
  }

  @ResolveField()
  isViewer(user: UserRow, _: unknown, ctx: Ctx) {
    return isViewer(user, ctx);
  }
}

const isViewer = (user: UserRow, { actor }: Ctx): boolean => actor.kind === 'user' && actor.userId === user.id;

function splitName(fullName: string): { first: string; last: string } {
  const [first = '', ...rest] = fullName.trim().split(/\s+/);
  return { first, last: rest.join(' ') };
}
