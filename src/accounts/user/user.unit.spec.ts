import { decider } from '../../../test/kit/given.js';
import {
  ChangePassword,
  EndSessions,
  endSessions,
  changePassword,
  EraseUser,
  eraseUser,
  RegisterUser,
  registerUser,
  userAggregate,
  type Registration,
} from './user.commands.js';
import type { UserEvent } from './user.events.js';

const { given } = decider(userAggregate);
const id = 'user-1';
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

describe('registerUser', () => {
  it('takes the user name and the e-mail address', () => {
    given()
      .when(registerUser, new RegisterUser(id, registration))
      .then([registered])
      .claims({ take: ['owner-name:ada', 'email:(personal)Ada@Example.com'] });
  });

  it('refuses a name that owners cannot have', () => {
    given()
      .when(registerUser, new RegisterUser(id, { ...registration, username: 'ad a' }))
      .refuses('INVALID_NAME', { field: 'username' });
  });
});

describe('changePassword', () => {
  it('records the new hash', () => {
    given(registered)
      .when(changePassword, new ChangePassword(id, 'new', true))
      .then([{ type: 'accounts.user.password-changed', data: { passwordHash: 'new', endsSessions: true } }]);
  });

  it('refuses an account that is erased or never was', () => {
    given()
      .when(changePassword, new ChangePassword(id, 'new', true))
      .refuses('USER_NOT_FOUND');
    given(registered, erased)
      .when(changePassword, new ChangePassword(id, 'new', true))
      .refuses('USER_NOT_FOUND');
  });
});

describe('endSessions', () => {
  it('records which session is kept', () => {
    for (const keepSessionId of ['session-3', null]) {
      given(registered)
        .when(endSessions, new EndSessions(id, keepSessionId))
        .then([{ type: 'accounts.user.sessions-ended', data: { keepSessionId } }]);
    }
  });

  it('refuses an account that is erased or never was', () => {
    given().when(endSessions, new EndSessions(id, null)).refuses('USER_NOT_FOUND');
    given(registered, erased).when(endSessions, new EndSessions(id, null)).refuses('USER_NOT_FOUND');
  });
});

describe('eraseUser', () => {
  it('frees the address, keeps the name, destroys what is sealed', () => {
    given(registered)
      .when(eraseUser, new EraseUser(id))
      .then([erased])
      .claims({ release: ['email:(personal)Ada@Example.com'] })
      .erasesItsSubject();
  });

  it('does nothing the second time', () => {
    given(registered, erased).when(eraseUser, new EraseUser(id)).then([]);
  });
});
