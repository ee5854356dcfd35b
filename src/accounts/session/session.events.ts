import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';
import type { UserId } from '../user/user.events.js';

/** Tokens stand here as SHA-256, in hex; they are random enough that no slower hash is needed. */
export type SessionTokens = {
  accessTokenHash: string;
  accessExpiresAt: string;
  refreshTokenHash: string;
  refreshExpiresAt: string;
};

/** Why a session is over: its own token said so, somebody ended it from the list, or a token came back that a refresh had replaced. */
export type EndReason = 'logged-out' | 'ended' | 'token-reused';

export type SessionEvent =
  /** A login, and where it came from; null when that is not known. */
  | Event<
      'accounts.session.opened',
      { number: number; userId: UserId; userAgent: string | null; address: string | null } & SessionTokens
    >
  /** Both tokens were replaced. The refresh token that was used may be repeated until `repeatableUntil`. */
  | Event<'accounts.session.refreshed', SessionTokens & { replacedTokenHash: string; repeatableUntil: string }>
  | Event<'accounts.session.ended', { reason: EndReason }>;

export const sessionEvents = eventTypes<SessionEvent>({
  'accounts.session.opened': {
    version: 2,
    // Under the account's key, so that its erasure destroys them.
    sealed: ['userAgent', 'address'],
    subject: (data) => data.userId as UserId,
    upcast: { 1: (old) => ({ ...old, userAgent: null, address: null }) },
  },
  'accounts.session.refreshed': { version: 1 },
  'accounts.session.ended': { version: 1 },
});
