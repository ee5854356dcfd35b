import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';
import type { UserId } from '../user/user.events.js';

/** A login. Tokens stand here as SHA-256, in hex; they are random enough that no slower hash is needed. */
export type SessionEvent = Event<
  'accounts.session.opened',
  {
    number: number;
    userId: UserId;
    accessTokenHash: string;
    accessExpiresAt: string;
    refreshTokenHash: string;
    refreshExpiresAt: string;
  }
>;

export const sessionEvents = eventTypes<SessionEvent>({ 'accounts.session.opened': { version: 1 } });
