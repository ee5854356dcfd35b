import type { ApiTokenEvent } from './api-token.events.js';

export type ApiToken = { status: 'none' } | { status: 'active' };

export const initialState: ApiToken = { status: 'none' };

export function evolve(_: ApiToken, event: ApiTokenEvent): ApiToken {
  switch (event.type) {
    case 'accounts.api-token.generated':
      return { status: 'active' };
  }
}
