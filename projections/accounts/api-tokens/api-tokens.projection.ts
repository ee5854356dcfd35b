import { projection, readTable } from '../../../src/core/projection/index.js';
import { apiTokenEvents, type ApiTokenEvent } from '../../../src/accounts/api-token/api-token.events.js';

/**
 * Without the name: it is sealed with the account's key, and an erasure of the account, which happens in another stream, would leave it
 * here. Who shows it reads it from the log.
 */
export type ApiTokenRow = {
  id: string;
  number: number;
  userId: string;
  tokenHash: Buffer;
  createdAt: Date;
  revokedAt: Date | null;
};

export const apiTokenRows = readTable<ApiTokenRow>({
  name: 'api_tokens',
  version: 3,
  columns: {
    number: { type: 'bigint' },
    userId: { type: 'text', name: 'user_id' },
    tokenHash: { type: 'bytea', name: 'token_hash' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    revokedAt: { type: 'timestamptz', name: 'revoked_at', nullable: true },
  },
  indices: [{ columns: ['tokenHash'] }, { columns: ['userId', 'createdAt'] }],
});

export const apiTokens = projection<ApiTokenRow, ApiTokenEvent>({
  table: apiTokenRows,
  events: apiTokenEvents,
  on: {
    'accounts.api-token.generated': (event) => ({
      id: event.streamId,
      number: event.data.number,
      userId: event.data.userId,
      tokenHash: Buffer.from(event.data.tokenHash, 'hex'),
      createdAt: event.occurredAt,
      revokedAt: null,
    }),
    'accounts.api-token.revoked': (event, row) => ({ ...row, revokedAt: event.occurredAt }),
  },
});
