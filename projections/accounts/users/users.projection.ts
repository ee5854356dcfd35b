import { normalise, projection, readTable } from '../../../src/core/projection/index.js';
import { userEvents, type UserEvent } from '../../../src/accounts/user/user.events.js';

export type UserRow = {
  id: string;
  number: number;
  username: string;
  foldedUsername: string;
  email: string;
  foldedEmail: string;
  fullName: string;
  isOperator: boolean;
  registerIntent: string | null;
  joinedAt: Date;
  /** Position in the log: sessions opened before it are over. Clocks of several machines differ, the log's order does not. */
  sessionsEndedAt: number;
  /** The one session that outlived that. */
  keptSessionId: string | null;
  isErased: boolean;
};

export const userRows = readTable<UserRow>({
  name: 'users',
  version: 2,
  columns: {
    number: { type: 'bigint' },
    username: { type: 'text' },
    foldedUsername: { type: 'text', name: 'folded_username' },
    email: { type: 'text' },
    foldedEmail: { type: 'text', name: 'folded_email' },
    fullName: { type: 'text', name: 'full_name' },
    isOperator: { type: 'boolean', name: 'is_operator' },
    registerIntent: { type: 'text', name: 'register_intent', nullable: true },
    joinedAt: { type: 'timestamptz', name: 'joined_at' },
    sessionsEndedAt: { type: 'bigint', name: 'sessions_ended_at' },
    keptSessionId: { type: 'text', name: 'kept_session_id', nullable: true },
    isErased: { type: 'boolean', name: 'is_erased' },
  },
  indices: [{ columns: ['foldedUsername'] }, { columns: ['foldedEmail'] }],
});

export const users = projection<UserRow, UserEvent>({
  table: userRows,
  events: userEvents,
  on: {
    'accounts.user.registered': (event) => ({
      id: event.streamId,
      number: event.data.number,
      username: event.data.username,
      foldedUsername: normalise(event.data.username),
      email: event.data.email,
      foldedEmail: normalise(event.data.email),
      fullName: event.data.fullName,
      isOperator: event.data.isOperator,
      registerIntent: event.data.intent,
      joinedAt: event.occurredAt,
      sessionsEndedAt: event.position,
      keptSessionId: null,
      isErased: false,
    }),
    'accounts.user.password-changed': (event, row) =>
      event.data.endsSessions ? { ...row, sessionsEndedAt: event.position, keptSessionId: null } : row,
    'accounts.user.sessions-ended': (event, row) => ({
      ...row,
      sessionsEndedAt: event.position,
      keptSessionId: event.data.keepSessionId,
    }),
    // The row stays: the name is taken for ever and other rows point here. Everything personal goes.
    'accounts.user.erased': (_, row) => ({
      ...row,
      email: '',
      foldedEmail: '',
      fullName: '',
      registerIntent: null,
      isErased: true,
    }),
  },
});
