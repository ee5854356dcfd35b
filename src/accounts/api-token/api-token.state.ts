import type { UserId } from '../user/user.events.js';
import type { ApiTokenEvent } from './api-token.events.js';

export type ApiToken =
  { status: 'none' } | { status: 'active'; userId: UserId } | { status: 'revoked'; userId: UserId };

export const initialState: ApiToken = { status: 'none' };

export function evolve(token: ApiToken, event: ApiTokenEvent): ApiToken {
  switch (event.type) {
    case 'accounts.api-token.generated':
      return { status: 'active', userId: event.data.userId };
    case 'accounts.api-token.revoked':
      return token.status === 'active' ? { ...token, status: 'revoked' } : token;
  }
}
