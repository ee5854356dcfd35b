import { foldedName } from '../owner-name.js';
import type { ChallengePurpose, UserEvent, UserProfile } from './user.events.js';

/** What a link in a mail is checked against. Only the newest of a purpose counts. */
export type Challenge = { id: string; expiresAt: string };

export type ActiveUser = {
  status: 'active';
  username: string;
  /** All names that the account has had, as they were last written, the present one among them: they stay its own. */
  names: string[];
  email: string;
  isEmailValidated: boolean;
  passwordHash: string;
  isOperator: boolean;
  profile: UserProfile;
  challenges: Partial<Record<ChallengePurpose, Challenge>>;
};
export type User = { status: 'none' } | ActiveUser | { status: 'erased' };

export const initialState: User = { status: 'none' };

export const emptyProfile: UserProfile = {
  fullName: '',
  bio: '',
  location: '',
  githubHandle: '',
  twitterHandle: '',
  websiteUrl: '',
  avatar: null,
};

export function evolve(user: User, event: UserEvent): User {
  if (event.type === 'accounts.user.registered') return registered(event.data);
  if (event.type === 'accounts.user.erased') return { status: 'erased' };
  return user.status === 'active' ? evolveActive(user, event) : user;
}

type Registered = Extract<UserEvent, { type: 'accounts.user.registered' }>['data'];

function registered({ username, email, passwordHash, isOperator, fullName }: Registered): ActiveUser {
  return {
    status: 'active',
    username,
    names: [username],
    email,
    isEmailValidated: false,
    passwordHash,
    isOperator,
    profile: { ...emptyProfile, fullName },
    challenges: {},
  };
}

type LaterEvent = Exclude<UserEvent, { type: 'accounts.user.registered' | 'accounts.user.erased' }>;

function evolveActive(user: ActiveUser, event: LaterEvent): ActiveUser {
  switch (event.type) {
    case 'accounts.user.renamed':
      return { ...user, username: event.data.username, names: withName(user.names, event.data.username) };
    case 'accounts.user.profile-changed':
      return { ...user, profile: { ...user.profile, ...event.data } };
    case 'accounts.user.password-changed':
      return passwordChanged(user, event.data);
    case 'accounts.user.email-changed':
      // Links that went to the old address prove nothing any more.
      return { ...user, email: event.data.email, isEmailValidated: false, challenges: {} };
    case 'accounts.user.challenge-issued': {
      const { purpose, challengeId: id, expiresAt } = event.data;
      return { ...user, challenges: { ...user.challenges, [purpose]: { id, expiresAt } } };
    }
    case 'accounts.user.email-validated':
      return { ...user, isEmailValidated: true, challenges: without(user, 'email-validation') };
    case 'accounts.user.sessions-ended':
      return user;
  }
}

/** A new password makes a reset link worthless; the same one hashed anew, at a login, does not. */
function passwordChanged(user: ActiveUser, data: { passwordHash: string; endsSessions: boolean }): ActiveUser {
  const { passwordHash, endsSessions } = data;
  return { ...user, passwordHash, challenges: endsSessions ? without(user, 'password-reset') : user.challenges };
}

function without({ challenges }: ActiveUser, purpose: ChallengePurpose): ActiveUser['challenges'] {
  return { ...challenges, [purpose]: undefined };
}

function withName(names: string[], name: string): string[] {
  return [...names.filter((known) => foldedName(known) !== foldedName(name)), name];
}
