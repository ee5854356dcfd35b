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
  bio: string;
  location: string;
  githubHandle: string;
  twitterHandle: string;
  websiteUrl: string;
  avatar: string | null;
  isEmailValidated: boolean;
  /** Position in the log: sessions opened before it are over. Clocks of several machines differ, the log's order does not. */
  sessionsEndedAt: number;
  /** The one session that goes on none the less, if it was opened after `keptOpenedAfter`: one that was over then stays over. */
  keptSessionId: string | null;
  keptOpenedAfter: number;
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
    bio: { type: 'text' },
    location: { type: 'text' },
    githubHandle: { type: 'text', name: 'github_handle' },
    twitterHandle: { type: 'text', name: 'twitter_handle' },
    websiteUrl: { type: 'text', name: 'website_url' },
    avatar: { type: 'text', nullable: true },
    isEmailValidated: { type: 'boolean', name: 'is_email_validated' },
    sessionsEndedAt: { type: 'bigint', name: 'sessions_ended_at' },
    keptSessionId: { type: 'text', name: 'kept_session_id', nullable: true },
    keptOpenedAfter: { type: 'bigint', name: 'kept_opened_after' },
    isErased: { type: 'boolean', name: 'is_erased' },
  },
  indices: [
    { columns: ['foldedUsername'] },
    { columns: ['foldedEmail'] },
    { columns: ['avatar'] },
    { name: 'alphabet', expression: 'folded_username COLLATE "C"' },
  ],
});

const nothingSaid = {
  fullName: '',
  bio: '',
  location: '',
  githubHandle: '',
  twitterHandle: '',
  websiteUrl: '',
  avatar: null,
};

type Sessions = Pick<UserRow, 'sessionsEndedAt' | 'keptSessionId' | 'keptOpenedAfter'>;

const sessionsEnded = (position: number): Sessions => ({
  sessionsEndedAt: position,
  keptSessionId: null,
  keptOpenedAfter: position,
});

const kept = (row: UserRow, sessionId: string): Partial<Sessions> => ({
  keptSessionId: sessionId,
  keptOpenedAfter: row.keptSessionId === sessionId ? row.keptOpenedAfter : row.sessionsEndedAt,
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
      ...nothingSaid,
      fullName: event.data.fullName,
      isOperator: event.data.isOperator,
      registerIntent: event.data.intent,
      joinedAt: event.occurredAt,
      isEmailValidated: false,
      ...sessionsEnded(event.position),
      isErased: false,
    }),
    'accounts.user.renamed': (event, row) => ({
      ...row,
      username: event.data.username,
      foldedUsername: normalise(event.data.username),
    }),
    'accounts.user.profile-changed': (event, row) => ({ ...row, ...event.data }),
    'accounts.user.password-changed': (event, row) =>
      event.data.endsSessions ? { ...row, ...sessionsEnded(event.position) } : row,
    'accounts.user.email-changed': (event, row) => ({
      ...row,
      email: event.data.email,
      foldedEmail: normalise(event.data.email),
      isEmailValidated: false,
    }),
    'accounts.user.email-validated': (_, row) => ({ ...row, isEmailValidated: true }),
    'accounts.user.sessions-ended': (event, row) => ({
      ...row,
      ...sessionsEnded(event.position),
      ...(event.data.keepSessionId !== null && kept(row, event.data.keepSessionId)),
    }),
    // The row stays: the name is taken for ever and other rows point here. Everything personal goes.
    'accounts.user.erased': (_, row) => ({
      ...row,
      email: '',
      foldedEmail: '',
      ...nothingSaid,
      registerIntent: null,
      isErased: true,
    }),
  },
});
