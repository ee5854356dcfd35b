import { projection, readTable } from '../../../src/core/projection/index.js';
import { sessionEvents, type SessionEvent } from '../../../src/accounts/session/session.events.js';

/** A refresh token that a refresh replaced. Its id is the token's hash in hex. */
export type ReplacedTokenRow = { id: string; sessionId: string };

export const replacedTokenRows = readTable<ReplacedTokenRow>({
  name: 'replaced_tokens',
  version: 1,
  columns: { sessionId: { type: 'text', name: 'session_id' } },
});

type Refreshed = Extract<SessionEvent, { type: 'accounts.session.refreshed' }>;

/** Every refresh token that sessions once had, so that one that comes back is known however old it is. */
export const replacedTokens = projection<ReplacedTokenRow, Refreshed>({
  table: replacedTokenRows,
  events: sessionEvents,
  keys: (event) => [event.data.replacedTokenHash],
  on: {
    'accounts.session.refreshed': (event) => ({ id: event.data.replacedTokenHash, sessionId: event.streamId }),
  },
});
