import { projection, readTable } from '../../../src/core/projection/index.js';
import { sessionEvents, type SessionEvent, type SessionTokens } from '../../../src/accounts/session/session.events.js';

/**
 * Without the origin: it is sealed with the account's key, and an erasure of the account, which happens in another stream, would leave
 * it here. Who lists sessions reads it from the log.
 */
export type SessionRow = {
  id: string;
  number: number;
  userId: string;
  accessTokenHash: Buffer;
  accessExpiresAt: Date;
  refreshTokenHash: Buffer;
  refreshExpiresAt: Date;
  /** The refresh token before the present one: whoever repeats a refresh must find it here from the moment on that it was replaced. */
  replacedTokenHash: Buffer | null;
  openedAt: Date;
  /** Where the session was opened in the log. */
  openedPosition: number;
  endedAt: Date | null;
};

export const sessionRows = readTable<SessionRow>({
  name: 'sessions',
  version: 2,
  columns: {
    number: { type: 'bigint' },
    userId: { type: 'text', name: 'user_id' },
    accessTokenHash: { type: 'bytea', name: 'access_token_hash' },
    accessExpiresAt: { type: 'timestamptz', name: 'access_expires_at' },
    refreshTokenHash: { type: 'bytea', name: 'refresh_token_hash' },
    refreshExpiresAt: { type: 'timestamptz', name: 'refresh_expires_at' },
    replacedTokenHash: { type: 'bytea', name: 'replaced_token_hash', nullable: true },
    openedAt: { type: 'timestamptz', name: 'opened_at' },
    openedPosition: { type: 'bigint', name: 'opened_position' },
    endedAt: { type: 'timestamptz', name: 'ended_at', nullable: true },
  },
  indices: [
    { columns: ['accessTokenHash'] },
    { columns: ['refreshTokenHash'] },
    { columns: ['replacedTokenHash'] },
    { columns: ['userId'] },
  ],
});

export const sessions = projection<SessionRow, SessionEvent>({
  table: sessionRows,
  events: sessionEvents,
  on: {
    'accounts.session.opened': (event) => ({
      id: event.streamId,
      number: event.data.number,
      userId: event.data.userId,
      ...tokens(event.data),
      replacedTokenHash: null,
      openedAt: event.occurredAt,
      openedPosition: event.position,
      endedAt: null,
    }),
    'accounts.session.refreshed': (event, row) => ({
      ...row,
      ...tokens(event.data),
      replacedTokenHash: Buffer.from(event.data.replacedTokenHash, 'hex'),
    }),
    'accounts.session.ended': (event, row) => ({ ...row, endedAt: event.occurredAt }),
  },
});

const tokens = (data: SessionTokens) => ({
  accessTokenHash: Buffer.from(data.accessTokenHash, 'hex'),
  accessExpiresAt: new Date(data.accessExpiresAt),
  refreshTokenHash: Buffer.from(data.refreshTokenHash, 'hex'),
  refreshExpiresAt: new Date(data.refreshExpiresAt),
});
