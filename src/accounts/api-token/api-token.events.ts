import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';
import type { UserId } from '../user/user.events.js';

export type ApiTokenEvent =
  | Event<
      'accounts.api-token.generated',
      { number: number; userId: UserId; identifier: string | null; tokenHash: string }
    >
  | Event<'accounts.api-token.revoked', Record<string, never>>;

export const apiTokenEvents = eventTypes<ApiTokenEvent>({
  'accounts.api-token.generated': {
    version: 2,
    // What people call their tokens may say who they are. Under the account's key, so that its erasure destroys it.
    sealed: ['identifier'],
    subject: (data) => data.userId as UserId,
    upcast: { 1: (old) => old },
  },
  'accounts.api-token.revoked': { version: 1 },
});
