import { projection, readTable } from '../../../src/core/projection/index.js';
import { sessionEvents, type SessionEvent } from '../../../src/accounts/session/session.events.js';

export type SessionRow = {
  id: string;
  number: number;
  userId: string;
  accessTokenHash: Buffer;
  accessExpiresAt: Date;
  refreshTokenHash: Buffer;
  refreshExpiresAt: Date;
  openedAt: Date;
  /** Where the session was opened in the log. */
  openedPosition: number;
};

export const sessionRows = readTable<SessionRow>({
  name: 'sessions',
  version: 1,
  columns: {
    number: { type: 'bigint' },
    userId: { type: 'text', name: 'user_id' },
    accessTokenHash: { type: 'bytea', name: 'access_token_hash' },
    accessExpiresAt: { type: 'timestamptz', name: 'access_expires_at' },
    refreshTokenHash: { type: 'bytea', name: 'refresh_token_hash' },
    refreshExpiresAt: { type: 'timestamptz', name: 'refresh_expires_at' },
    openedAt: { type: 'timestamptz', name: 'opened_at' },
    openedPosition: { type: 'bigint', name: 'opened_position' },
  },
  indices: [{ columns: ['accessTokenHash'] }, { columns: ['refreshTokenHash'] }, { columns: ['userId'] }],
});

export const sessions = projection<SessionRow, SessionEvent>({
  table: sessionRows,
  events: sessionEvents,
  on: {
    'accounts.session.opened': (event) => ({
      id: event.streamId,
      number: event.data.number,
      userId: event.data.userId,
      accessTokenHash: Buffer.from(event.data.accessTokenHash, 'hex'),
      accessExpiresAt: new Date(event.data.accessExpiresAt),
      refreshTokenHash: Buffer.from(event.data.refreshTokenHash, 'hex'),
      refreshExpiresAt: new Date(event.data.refreshExpiresAt),
      openedAt: event.occurredAt,
      openedPosition: event.position,
    }),
  },
});
