import { projection, readTable } from '../../../src/core/projection/index.js';
import { apiTokenEvents, type ApiTokenEvent } from '../../../src/accounts/api-token/api-token.events.js';

export type ApiTokenRow = {
  id: string;
  number: number;
  userId: string;
  identifier: string | null;
  tokenHash: Buffer;
  createdAt: Date;
  revokedAt: Date | null;
};

export const apiTokenRows = readTable<ApiTokenRow>({
  name: 'api_tokens',
  version: 2,
  columns: {
    number: { type: 'bigint' },
    userId: { type: 'text', name: 'user_id' },
    identifier: { type: 'text', nullable: true },
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
      identifier: event.data.identifier,
      tokenHash: Buffer.from(event.data.tokenHash, 'hex'),
      createdAt: event.occurredAt,
      revokedAt: null,
    }),
    'accounts.api-token.revoked': (event, row) => ({ ...row, revokedAt: event.occurredAt }),
  },
});
