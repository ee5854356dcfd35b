import { decider } from '../../../test/kit/given.js';
import {
  changeUsername,
  ChangeUsername,
  endSessions,
  EndSessions,
  EraseUser,
  eraseUser,
  RegisterUser,
  registerUser,
  updateProfile,
  UpdateProfile,
  userAggregate,
  type Registration,
} from './user.commands.js';
import type { UserEvent } from './user.events.js';

const { given } = decider(userAggregate);
const id = 'user-1';
const challengeId = '3f0c3a52-6f0b-4c8e-9a53-1d3f5b0c7e21';
const registration: Registration = {
  number: 1,
  username: 'Ada',
  email: 'Ada@Example.com',
  fullName: 'Ada Lovelace',
  passwordHash: '$argon2id$…',
  isOperator: false,
  acceptedTerms: true,
  intent: null,
};
const registered: UserEvent = { type: 'accounts.user.registered', data: registration };
const erased: UserEvent = { type: 'accounts.user.erased', data: {} };
const renamed = (username: string, previousUsername: string): UserEvent => ({
  type: 'accounts.user.renamed',
  data: { username, previousUsername },
});
const stranger = { actor: { kind: 'user', userId: 'user-2', isOperator: false, tokenId: 't' } } as const;
const operator = { actor: { kind: 'user', userId: 'user-3', isOperator: true, tokenId: 't' } } as const;
const system = { actor: { kind: 'system', name: 'test' } } as const;

describe('registerUser', () => {
  it('takes the user name, what it looks like, and the e-mail address; and has a link sent', () => {
    given()
      .when(registerUser, new RegisterUser(id, registration, challengeId))
      .then([
        registered,
        {
          type: 'accounts.user.challenge-issued',
          data: { challengeId, purpose: 'email-validation', expiresAt: '2026-01-16T13:46:00.000Z' },
        },
      ])
      .claims({ take: ['owner-name:ada', 'owner-skeleton:ada', 'email:(personal)Ada@Example.com'] });
  });

  it('sends no link to whom the operator made an account for', () => {
    given()
      .when(registerUser, new RegisterUser(id, registration, challengeId), system)
      .then([registered]);
  });

  it('refuses a name that owners cannot have', () => {
    given()
      .when(registerUser, new RegisterUser(id, { ...registration, username: 'ad a' }, challengeId))
      .refuses('INVALID_NAME', { field: 'username' });
  });
});

describe('changeUsername', () => {
  const change = (username: string) => new ChangeUsername(id, username);

  it('takes the new name and keeps the old one', () => {
    given(registered)
      .when(changeUsername, change('ada_lovelace'))
      .then([renamed('ada_lovelace', 'Ada')])
      .claims({ take: ['owner-name:ada_lovelace', 'owner-skeleton:ada-lovelace'] });
  });

  it('writes its own name otherwise, and does nothing for the same one', () => {
    given(registered)
      .when(changeUsername, change('ADA'))
      .then([renamed('ADA', 'Ada')]);
    given(registered).when(changeUsername, change('Ada')).then([]);
  });

  it('refuses a sixth name, but not the way back to an old one', () => {
    const five = [registered, renamed('b2', 'Ada'), renamed('c3', 'b2'), renamed('d4', 'c3'), renamed('e5', 'd4')];
    given(...five)
      .when(changeUsername, change('f6'))
      .refuses('TOO_MANY_NAMES', { field: 'username' });
    given(...five)
      .when(changeUsername, change('ADA'))
      .then([renamed('ADA', 'e5')]);
    given(...five, renamed('ADA', 'e5'))
      .when(changeUsername, change('e5'))
      .then([renamed('e5', 'ADA')]);
  });

  it('refuses what is no name, a stranger, and an account that is gone', () => {
    given(registered).when(changeUsername, change('-')).refuses('INVALID_NAME', { field: 'username' });
    given(registered).when(changeUsername, change('bob'), stranger).refuses('FORBIDDEN');
    given(registered, erased).when(changeUsername, change('bob')).refuses('USER_NOT_FOUND');
  });
});

describe('updateProfile', () => {
  const update = (change: UpdateProfile['change']) => new UpdateProfile(id, change);
  const changed = (data: UpdateProfile['change']): UserEvent => ({ type: 'accounts.user.profile-changed', data });

  it('records what is given and differs', () => {
    given(registered)
      .when(updateProfile, update({ fullName: 'Ada Lovelace', bio: 'Notes', location: undefined }))
      .then([changed({ bio: 'Notes' })]);
    given(registered)
      .when(updateProfile, update({ fullName: 'Ada Lovelace' }))
      .then([]);
  });

  it('clears by an empty text, and the avatar by null', () => {
    given(registered, changed({ bio: 'Notes', avatar: 'ab' }))
      .when(updateProfile, update({ bio: '', avatar: null }))
      .then([changed({ bio: '', avatar: null })]);
  });

  it('is for the account itself and for operators', () => {
    given(registered)
      .when(updateProfile, update({ bio: 'x' }), stranger)
      .refuses('FORBIDDEN');
    given(registered)
      .when(updateProfile, update({ bio: 'x' }), operator)
      .then([changed({ bio: 'x' })]);
    given(registered, erased)
      .when(updateProfile, update({ bio: 'x' }))
      .refuses('USER_NOT_FOUND');
  });
});

describe('endSessions', () => {
  it('ends all but one, for the account itself', () => {
    given(registered)
      .when(endSessions, new EndSessions(id, 'session-3'))
      .then([{ type: 'accounts.user.sessions-ended', data: { keepSessionId: 'session-3' } }]);
    given(registered).when(endSessions, new EndSessions(id, null), stranger).refuses('FORBIDDEN');
  });
});

describe('eraseUser', () => {
  it('frees the address, keeps the names, destroys what is sealed', () => {
    given(registered, renamed('b2', 'Ada'), { type: 'accounts.user.email-changed', data: { email: 'b@example.com' } })
      .when(eraseUser, new EraseUser(id))
      .then([erased])
      .claims({ release: ['email:(personal)b@example.com'] })
      .erasesItsSubject();
  });

  it('does nothing the second time', () => {
    given(registered, erased).when(eraseUser, new EraseUser(id)).then([]);
  });

  it('is for the account itself and for operators', () => {
    given(registered).when(eraseUser, new EraseUser(id), stranger).refuses('FORBIDDEN');
    given(registered).when(eraseUser, new EraseUser(id), operator).then([erased]);
    given().when(eraseUser, new EraseUser(id)).refuses('USER_NOT_FOUND');
  });
});
