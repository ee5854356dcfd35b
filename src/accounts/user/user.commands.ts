import { aggregate, decides } from '../../core/command/aggregate.js';
import { command } from '../../core/command/command.js';
import { decision, type Claim, type Decision } from '../../core/command/decision.js';
import { refuse } from '../accounts.errors.js';
import { assertOwnerName, ownerName } from '../owner-name.js';
import { userEvents, type UserEvent } from './user.events.js';
import { evolve, initialState, type User } from './user.state.js';

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

/** Logs out everywhere but in the session that is kept. */
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

export function endSessions(user: User, { keepSessionId }: EndSessions): Decision<UserEvent> {
  if (user.status !== 'active') throw refuse('USER_NOT_FOUND');
  return decision<UserEvent>({ event: { type: 'accounts.user.sessions-ended', data: { keepSessionId } } });
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
    decides(ChangePassword, changePassword),
    decides(EndSessions, endSessions),
    decides(EraseUser, eraseUser),
  ],
});
