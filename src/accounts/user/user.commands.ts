import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Claim, type Decision } from '../../core/command/decision.js';
import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { refuse } from '../accounts.errors.js';
import { mayActFor } from '../accounts.rights.js';
import { assertOwnerName, ownerName } from '../owner-name.js';
import { userEvents, type UserEvent, type UserId, type UserProfile } from './user.events.js';
import { evolve, initialState, type ActiveUser, type User } from './user.state.js';

export type Registration = Extract<UserEvent, { type: 'accounts.user.registered' }>['data'];

export class RegisterUser extends command('RegisterUser') {
  constructor(
    readonly streamId: string,
    readonly registration: Registration,
  ) {
    super();
  }
}

/** Replaces the password. `endsSessions` logs out everywhere, as after a loss. */
export class ChangePassword extends command('ChangePassword') {
  constructor(
    readonly streamId: string,
    readonly passwordHash: string,
    readonly endsSessions: boolean,
  ) {
    super();
  }
}

/** Changes what is given and differs; an empty text, or null for the avatar, clears it. */
export class UpdateProfile extends command('UpdateProfile') {
  constructor(
    readonly streamId: string,
    readonly change: Partial<UserProfile>,
  ) {
    super();
  }
}

/** Ends all sessions of the account, but for the one with this stream id. */
export class EndSessions extends command('EndSessions') {
  constructor(
    readonly streamId: string,
    readonly keepSessionId: string | null,
  ) {
    super();
  }
}

/** Destroys what the log knows of the person. The user name stays taken, so that nobody can pose as the account. */
export class EraseUser extends command('EraseUser') {
  constructor(readonly streamId: string) {
    super();
  }
}

export function registerUser(user: User, { registration }: RegisterUser): Decision<UserEvent> {
  if (user.status !== 'none') throw refuse('NAME_TAKEN', { field: 'username' });
  assertOwnerName(registration.username, 'username');
  return decision<UserEvent>({
    event: { type: 'accounts.user.registered', data: registration },
    claims: { take: [ownerName(registration.username, 'username'), emailAddress(registration.email)] },
  });
}

export function changePassword(user: User, { passwordHash, endsSessions }: ChangePassword): Decision<UserEvent> {
  if (user.status !== 'active') throw refuse('USER_NOT_FOUND');
  return decision<UserEvent>({
    event: { type: 'accounts.user.password-changed', data: { passwordHash, endsSessions } },
  });
}

export function updateProfile(user: User, { streamId, change }: UpdateProfile, meta: CommandMeta): Decision<UserEvent> {
  const { profile } = ownAccount(user, streamId, meta);
  const changed = Object.entries(change).filter(
    ([field, value]) => value !== undefined && value !== profile[field as keyof UserProfile],
  );
  return decision<UserEvent>(
    changed.length > 0 && { event: { type: 'accounts.user.profile-changed', data: Object.fromEntries(changed) } },
  );
}

export function endSessions(user: User, command: EndSessions, meta: CommandMeta): Decision<UserEvent> {
  ownAccount(user, command.streamId, meta);
  return decision<UserEvent>({
    event: { type: 'accounts.user.sessions-ended', data: { keepSessionId: command.keepSessionId } },
  });
}

/** @throws Refusal USER_NOT_FOUND, or FORBIDDEN for a caller who is neither the account itself nor an operator. */
export function ownAccount(user: User, userId: UserId, { actor }: CommandMeta): ActiveUser {
  if (user.status !== 'active') throw refuse('USER_NOT_FOUND');
  if (!mayActFor(actor, userId)) throw refuseCaller('FORBIDDEN');
  return user;
}

export function eraseUser(user: User): Decision<UserEvent> {
  if (user.status === 'none') throw refuse('USER_NOT_FOUND');
  if (user.status === 'erased') return decision();
  return decision<UserEvent>(
    { event: { type: 'accounts.user.erased', data: {} }, claims: { release: [emailAddress(user.email)] } },
    { eraseSubject: true },
  );
}

const emailAddress = (email: string): Claim => ({
  kind: 'email',
  value: email,
  personal: true,
  taken: () => refuse('EMAIL_TAKEN', { field: 'email' }),
});

export const userAggregate = aggregate<User, UserEvent>({
  name: 'user',
  events: userEvents,
  initialState,
  evolve,
  decisions: [
    decides(RegisterUser, registerUser),
    decides(UpdateProfile, updateProfile),
    decides(ChangePassword, changePassword),
    decides(EndSessions, endSessions),
    decides(EraseUser, eraseUser),
  ],
});
