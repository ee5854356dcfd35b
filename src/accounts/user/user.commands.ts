import { aggregate, decides } from '../../core/command/aggregate.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision } from '../../core/command/decision.js';
import { refuse } from '../accounts.errors.js';
import { assertOwnerName, foldedName, ownerNameClaims } from '../owner-name.js';
import { challengeIssued } from './user.challenges.js';
import {
  ChangeEmail,
  changeEmail,
  RequestEmailValidation,
  requestEmailValidation,
  ValidateEmail,
  validateEmail,
} from './user.email.commands.js';
import { userEvents, type UserEvent, type UserProfile } from './user.events.js';
import { emailAddress, ownAccount } from './user.guards.js';
import {
  ChangePassword,
  changePassword,
  RequestPasswordReset,
  requestPasswordReset,
  ResetPassword,
  resetPassword,
  SetPassword,
  setPassword,
} from './user.password.commands.js';
import { evolve, initialState, type User } from './user.state.js';

/** Names that one account may hold; each is kept from everybody else for ever. */
export const mostNames = 5;

export type Registration = Extract<UserEvent, { type: 'accounts.user.registered' }>['data'];

export class RegisterUser extends command('RegisterUser') {
  constructor(
    readonly streamId: string,
    readonly registration: Registration,
    /** Of the link that proves the address. */
    readonly challengeId: string,
  ) {
    super();
  }
}

/** Takes another user name. The old ones stay the account's own. */
export class ChangeUsername extends command('ChangeUsername') {
  constructor(
    readonly streamId: string,
    readonly username: string,
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

/** Whoever operates the service opens accounts for others, and no mail goes out unasked; who registers gets a link to prove the address. */
export function registerUser(
  user: User,
  { registration, challengeId }: RegisterUser,
  { actor, now }: CommandMeta,
): Decision<UserEvent> {
  if (user.status !== 'none') throw refuse('NAME_TAKEN', { field: 'username' });
  const { username, email } = registration;
  assertOwnerName(username, 'username');
  return decision<UserEvent>(
    {
      event: { type: 'accounts.user.registered', data: registration },
      claims: { take: [...ownerNameClaims(username, 'username'), emailAddress(email, 'email')] },
    },
    actor.kind !== 'system' && challengeIssued('email-validation', challengeId, now),
  );
}

/** The old name is not released: nobody can pose as the account, and it can go back. */
export function changeUsername(
  user: User,
  { streamId, username }: ChangeUsername,
  meta: CommandMeta,
): Decision<UserEvent> {
  const current = ownAccount(user, streamId, meta);
  if (username === current.username) return decision();
  assertOwnerName(username, 'username');
  const isOwn = current.names.some((name) => foldedName(name) === foldedName(username));
  if (!isOwn && current.names.length >= mostNames)
    throw refuse('TOO_MANY_NAMES', { field: 'username', rule: `maxNames ${mostNames}` });
  return decision<UserEvent>({
    event: { type: 'accounts.user.renamed', data: { username, previousUsername: current.username } },
    claims: { take: ownerNameClaims(username, 'username') },
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

export function endSessions(
  user: User,
  { streamId, keepSessionId }: EndSessions,
  meta: CommandMeta,
): Decision<UserEvent> {
  ownAccount(user, streamId, meta);
  return decision<UserEvent>({ event: { type: 'accounts.user.sessions-ended', data: { keepSessionId } } });
}

export function eraseUser(user: User, { streamId }: EraseUser, meta: CommandMeta): Decision<UserEvent> {
  if (user.status === 'erased') return decision();
  const { email } = ownAccount(user, streamId, meta);
  return decision<UserEvent>(
    { event: { type: 'accounts.user.erased', data: {} }, claims: { release: [emailAddress(email, 'email')] } },
    { eraseSubject: true },
  );
}

export const userAggregate = aggregate<User, UserEvent>({
  name: 'user',
  events: userEvents,
  initialState,
  evolve,
  decisions: [
    decides(RegisterUser, registerUser),
    decides(ChangeUsername, changeUsername),
    decides(UpdateProfile, updateProfile),
    decides(SetPassword, setPassword),
    decides(ChangePassword, changePassword),
    decides(RequestPasswordReset, requestPasswordReset),
    decides(ResetPassword, resetPassword),
    decides(ChangeEmail, changeEmail),
    decides(RequestEmailValidation, requestEmailValidation),
    decides(ValidateEmail, validateEmail),
    decides(EndSessions, endSessions),
    decides(EraseUser, eraseUser),
  ],
});
