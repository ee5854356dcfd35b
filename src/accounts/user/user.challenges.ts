import type { Fact } from '../../core/command/decision.js';
import { refuse } from '../accounts.errors.js';
import type { ChallengePurpose, UserEvent } from './user.events.js';
import type { ActiveUser, User } from './user.state.js';

/** How long a link in a mail is good for. */
export const challengeLifetimes: Record<ChallengePurpose, { seconds: number }> = {
  'password-reset': { seconds: 60 * 60 },
  'email-validation': { seconds: 7 * 24 * 60 * 60 },
};

/** A new challenge; an earlier one of the same purpose is void from then on. */
export function challengeIssued(purpose: ChallengePurpose, challengeId: string, now: Date): Fact<UserEvent> {
  const expiresAt = new Date(now.getTime() + challengeLifetimes[purpose].seconds * 1000).toISOString();
  return { event: { type: 'accounts.user.challenge-issued', data: { challengeId, purpose, expiresAt } } };
}

/** Whether the challenge is the account's newest of its purpose, not used, and in time. */
export function isOpen(user: User, purpose: ChallengePurpose, challengeId: string, now: Date): user is ActiveUser {
  const challenge = user.status === 'active' ? user.challenges[purpose] : undefined;
  return challenge?.id === challengeId && new Date(challenge.expiresAt) > now;
}

/** @throws Refusal LINK_INVALID, in the same words for a link that was used, is too old, was replaced, or never was. */
export function answered(user: User, purpose: ChallengePurpose, challengeId: string, now: Date): ActiveUser {
  if (!isOpen(user, purpose, challengeId, now)) throw refuse('LINK_INVALID');
  return user;
}
