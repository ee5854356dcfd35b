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
  'accounts.api-token.generated': { version: 1 },
  'accounts.api-token.revoked': { version: 1 },
});
