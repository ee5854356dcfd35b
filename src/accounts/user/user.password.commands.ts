import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision, type Fact } from '../../core/command/decision.js';
import { refuse } from '../accounts.errors.js';
import { answered, challengeIssued } from './user.challenges.js';
import type { UserEvent } from './user.events.js';
import { activeUser } from './user.guards.js';
import type { User } from './user.state.js';

/** Replaces a password that is not known, and ends all sessions. For whoever operates the service. */
export class SetPassword extends command('SetPassword') {
  constructor(
    readonly streamId: string,
    readonly passwordHash: string,
  ) {
    super();
  }
}

/** Hashes before and after. `endsSessions` is false when the same password is only hashed anew. */
export type PasswordChange = { from: string; to: string; endsSessions: boolean };

/**
 * Replaces a password that its owner knows. `change` is null when the old password did not fit: then only a repeat of a command that
 * went through comes to anything.
 */
export class ChangePassword extends command('ChangePassword') {
  constructor(
    readonly streamId: string,
    readonly change: PasswordChange | null,
  ) {
    super();
  }
}

/** Asks for a link by which a new password can be set. */
export class RequestPasswordReset extends command('RequestPasswordReset') {
  constructor(
    readonly streamId: string,
    readonly challengeId: string,
  ) {
    super();
  }
}

/** Sets a new password by such a link. */
export class ResetPassword extends command('ResetPassword') {
  constructor(
    readonly streamId: string,
    readonly challengeId: string,
    readonly passwordHash: string,
  ) {
    super();
  }
}

export function setPassword(user: User, { passwordHash }: SetPassword, { actor }: CommandMeta): Decision<UserEvent> {
  activeUser(user);
  if (actor.kind !== 'system') throw refuseCaller('FORBIDDEN');
  return decision<UserEvent>(passwordChanged(passwordHash, true));
}

/** The hash that the old password fitted must still be the account's: a password set meanwhile is not overwritten. */
export function changePassword(user: User, { change }: ChangePassword): Decision<UserEvent> {
  if (activeUser(user).passwordHash !== change?.from) throw refuse('INVALID_CREDENTIALS');
  return decision<UserEvent>(passwordChanged(change.to, change.endsSessions));
}

export function requestPasswordReset(
  user: User,
  { challengeId }: RequestPasswordReset,
  { now }: CommandMeta,
): Decision<UserEvent> {
  activeUser(user);
  return decision<UserEvent>(challengeIssued('password-reset', challengeId, now));
}

/** The link came by mail, so whoever uses it has proved the address as well. */
export function resetPassword(
  user: User,
  { challengeId, passwordHash }: ResetPassword,
  { now }: CommandMeta,
): Decision<UserEvent> {
  const { isEmailValidated } = answered(user, 'password-reset', challengeId, now);
  return decision<UserEvent>(
    passwordChanged(passwordHash, true),
    !isEmailValidated && { event: { type: 'accounts.user.email-validated', data: {} } },
  );
}

const passwordChanged = (passwordHash: string, endsSessions: boolean): Fact<UserEvent> => ({
  event: { type: 'accounts.user.password-changed', data: { passwordHash, endsSessions } },
});
