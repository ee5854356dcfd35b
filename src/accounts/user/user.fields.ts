import { Inject } from '@nestjs/common';
import { ResolveField, Resolver } from '@nestjs/graphql';
import type { UserRow } from '../../../projections/accounts/users/users.projection.js';
import { CONFIG, type Config } from '../../core/config/config.js';
import type { Ctx } from '../../core/graphql/context.js';
import { encodeId } from '../../core/ids/global-id.js';
import { avatarUrl } from '../avatar/avatar.urls.js';

/** Only what differs from the row, and what only the account itself may see. */
@Resolver('User')
export class UserFields {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

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
