import { eventTypes } from '../../core/event-store/event-types.js';
import type { Event } from '../../core/event-store/types.js';

/** `user-<number>`: the stream of an account, and the account's id inside the service. */
export type UserId = string;

/** What an account says of itself; an empty text says nothing. `avatar` is the SHA-256 of a stored file, in hex. */
export type UserProfile = {
  fullName: string;
  bio: string;
  location: string;
  githubHandle: string;
  twitterHandle: string;
  websiteUrl: string;
  avatar: string | null;
};

/** What a link in a mail is good for. Its token stands in no event: it is made from the challenge's id with a key of this installation. */
export type ChallengePurpose = 'password-reset' | 'email-validation';

export type UserEvent =
  | Event<
      'accounts.user.registered',
      {
        number: number;
        username: string;
        email: string;
        fullName: string;
        passwordHash: string;
        isOperator: boolean;
        acceptedTerms: boolean;
        intent: string | null;
      }
    >
  | Event<'accounts.user.renamed', { username: string; previousUsername: string }>
  | Event<'accounts.user.profile-changed', Partial<UserProfile>>
  | Event<'accounts.user.password-changed', { passwordHash: string; endsSessions: boolean }>
  | Event<'accounts.user.email-changed', { email: string }>
  | Event<
      'accounts.user.challenge-issued',
      { challengeId: string; purpose: ChallengePurpose; /** RFC 3339 */ expiresAt: string }
    >
  | Event<'accounts.user.email-validated', Record<string, never>>
  /** Sessions opened before this event are over, but for the kept one: a stream id. */
  | Event<'accounts.user.sessions-ended', { keepSessionId: string | null }>
  | Event<'accounts.user.erased', Record<string, never>>;

export const userEvents = eventTypes<UserEvent>({
  'accounts.user.registered': { version: 1, sealed: ['email', 'fullName', 'passwordHash', 'intent'] },
  'accounts.user.renamed': { version: 1 },
  // The avatar's hash stays open: what files the log names must be known without anybody's key, and the file itself can be deleted.
  'accounts.user.profile-changed': {
    version: 1,
    sealed: ['fullName', 'bio', 'location', 'githubHandle', 'twitterHandle', 'websiteUrl'],
  },
  'accounts.user.password-changed': { version: 1, sealed: ['passwordHash'] },
  'accounts.user.email-changed': { version: 1, sealed: ['email'] },
  'accounts.user.challenge-issued': { version: 1 },
  'accounts.user.email-validated': { version: 1 },
  'accounts.user.sessions-ended': { version: 1 },
  'accounts.user.erased': { version: 1 },
});
