import type { CommandMeta } from '../../core/command/command.js';
import type { Claim } from '../../core/command/decision.js';
import { refuse as refuseCaller } from '../../core/errors/core.errors.js';
import { refuse } from '../accounts.errors.js';
import { mayManage } from '../accounts.rights.js';
import type { UserId } from './user.events.js';
import type { ActiveUser, User } from './user.state.js';

/** @throws Refusal USER_NOT_FOUND for an account that never was or is erased. */
export function activeUser(user: User): ActiveUser {
  if (user.status !== 'active') throw refuse('USER_NOT_FOUND');
  return user;
}

/**
 * An account acts for itself; so may whoever operates the instance, and the system.
 * @throws Refusal USER_NOT_FOUND, FORBIDDEN
 */
export function ownAccount(user: User, userId: UserId, { actor }: CommandMeta): ActiveUser {
  const active = activeUser(user);
  // That the account exists is no secret: user names are public.
  if (!mayManage(actor, { ownerId: userId })) throw refuseCaller('FORBIDDEN');
  return active;
}

/** One account per address. The log and the claims table hold only a keyed hash of it. */
export const emailAddress = (email: string, field: string): Claim => ({
  kind: 'email',
  value: email,
  personal: true,
  taken: () => refuse('EMAIL_TAKEN', { field }),
});
