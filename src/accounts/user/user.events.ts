import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';

/** `user-<number>`: the stream of an account, and the account's id inside the service. */
export type UserId = string;

export type UserEvent =
  | Event<
      'accounts.user.registered',
      {
        number: number;
        username: string;
        email: string;
        fullName: string;
        passwordHash: string;
        isOperator: boolean;
        acceptedTerms: boolean;
        intent: string | null;
      }
    >
  | Event<'accounts.user.password-changed', { passwordHash: string; endsSessions: boolean }>
  /** All of the account's sessions are over but the one that is kept. */
  | Event<'accounts.user.sessions-ended', { keepSessionId: string | null }>
  | Event<'accounts.user.erased', Record<string, never>>;

export const userEvents = eventTypes<UserEvent>({
  'accounts.user.registered': { version: 1, sealed: ['email', 'fullName', 'passwordHash', 'intent'] },
  'accounts.user.password-changed': { version: 1, sealed: ['passwordHash'] },
  'accounts.user.sessions-ended': { version: 1 },
  'accounts.user.erased': { version: 1 },
});
