import { decider } from '../../../test/kit/given.js';
import { userAggregate } from './user.commands.js';
import {
  changeEmail,
  ChangeEmail,
  RequestEmailValidation,
  requestEmailValidation,
  ValidateEmail,
  validateEmail,
} from './user.email.commands.js';
import type { ChallengePurpose, UserEvent } from './user.events.js';
import {
  ChangePassword,
  changePassword,
  RequestPasswordReset,
  requestPasswordReset,
  ResetPassword,
  resetPassword,
  SetPassword,
  setPassword,
  type PasswordChange,
} from './user.password.commands.js';

const { given } = decider(userAggregate);
const id = 'user-1';
const registered: UserEvent = {
  type: 'accounts.user.registered',
  data: {
    number: 1,
    username: 'ada',
    email: 'ada@example.com',
    fullName: '',
    passwordHash: 'old',
    isOperator: false,
    acceptedTerms: true,
    intent: null,
  },
};
const erased: UserEvent = { type: 'accounts.user.erased', data: {} };
const validated: UserEvent = { type: 'accounts.user.email-validated', data: {} };
const emailChanged = (email: string): UserEvent => ({ type: 'accounts.user.email-changed', data: { email } });
const passwordChanged = (passwordHash: string, endsSessions = true): UserEvent => ({
  type: 'accounts.user.password-changed',
  data: { passwordHash, endsSessions },
});
// The tests' own time is 13:46.
const challenge = (purpose: ChallengePurpose, challengeId: string, expiresAt = '2026-01-09T13:46:00.001Z') =>
  ({ type: 'accounts.user.challenge-issued', data: { challengeId, purpose, expiresAt } }) satisfies UserEvent;
const stranger = { actor: { kind: 'user', userId: 'user-2', isOperator: false, tokenId: 't' } } as const;
const anonymous = { actor: { kind: 'anonymous' } } as const;
const system = { actor: { kind: 'system', name: 'test' } } as const;

describe('setPassword', () => {
  it('is for whoever operates the service alone', () => {
    given(registered)
      .when(setPassword, new SetPassword(id, 'new'), system)
      .then([passwordChanged('new')]);
    given(registered).when(setPassword, new SetPassword(id, 'new')).refuses('FORBIDDEN');
    given(registered, erased).when(setPassword, new SetPassword(id, 'new'), system).refuses('USER_NOT_FOUND');
  });
});

describe('changePassword', () => {
  const change = (of: PasswordChange | null) => new ChangePassword(id, of);

  it('replaces the password that was proved', () => {
    for (const endsSessions of [true, false])
      given(registered)
        .when(changePassword, change({ from: 'old', to: 'new', endsSessions }))
        .then([passwordChanged('new', endsSessions)]);
  });

  it('refuses when another one was set meanwhile, and when none was proved', () => {
    const late = change({ from: 'old', to: 'new', endsSessions: false });
    given(registered, passwordChanged('other')).when(changePassword, late).refuses('INVALID_CREDENTIALS');
    given(registered).when(changePassword, change(null)).refuses('INVALID_CREDENTIALS');
    given(registered, erased).when(changePassword, late).refuses('USER_NOT_FOUND');
    given().when(changePassword, late).refuses('USER_NOT_FOUND');
  });
});

describe('requestPasswordReset', () => {
  it('issues a challenge for an hour', () => {
    given(registered)
      .when(requestPasswordReset, new RequestPasswordReset(id, 'c1'), anonymous)
      .then([challenge('password-reset', 'c1', '2026-01-09T14:46:00.000Z')]);
    given(registered, erased)
      .when(requestPasswordReset, new RequestPasswordReset(id, 'c1'), anonymous)
      .refuses('USER_NOT_FOUND');
  });
});

describe('resetPassword', () => {
  const reset = new ResetPassword(id, 'c1', 'new');
  const issued = challenge('password-reset', 'c1');

  it('sets the password by an open link, and proves the address by it', () => {
    given(registered, issued)
      .when(resetPassword, reset, anonymous)
      .then([passwordChanged('new'), validated]);
    given(registered, validated, issued)
      .when(resetPassword, reset, anonymous)
      .then([passwordChanged('new')]);
    given(registered, issued, passwordChanged('hashed anew', false))
      .when(resetPassword, reset, anonymous)
      .then([passwordChanged('new'), validated]);
  });

  it.each<[string, UserEvent[]]>([
    ['that never was', []],
    ['that is used', [issued, passwordChanged('new')]],
    ['that is too old', [challenge('password-reset', 'c1', '2026-01-09T13:46:00.000Z')]],
    ['that a newer one replaced', [issued, challenge('password-reset', 'c2')]],
    ['for something else', [challenge('email-validation', 'c1')]],
    ['that went to an address that was given up', [issued, emailChanged('new@example.com')]],
    ['of an erased account', [issued, erased]],
  ])('refuses a link %s', (_, later) => {
    given(registered, ...later)
      .when(resetPassword, reset, anonymous)
      .refuses('LINK_INVALID');
  });
});

describe('changeEmail', () => {
  const change = (email: string) => new ChangeEmail(id, email, 'c1');

  it('moves the claim, and has a link sent to the new address', () => {
    given(registered, validated)
      .when(changeEmail, change('new@example.com'))
      .then([emailChanged('new@example.com'), challenge('email-validation', 'c1', '2026-01-16T13:46:00.000Z')])
      .claims({ take: ['email:(personal)new@example.com'], release: ['email:(personal)ada@example.com'] });
  });

  it('does nothing for the same address', () => {
    given(registered).when(changeEmail, change('ada@example.com')).then([]);
  });

  it('refuses strangers', () => {
    given(registered).when(changeEmail, change('new@example.com'), stranger).refuses('FORBIDDEN');
  });
});

describe('requestEmailValidation', () => {
  it('issues a challenge for seven days, unless the address is proved', () => {
    const request = new RequestEmailValidation(id, 'c1');
    given(registered)
      .when(requestEmailValidation, request)
      .then([challenge('email-validation', 'c1', '2026-01-16T13:46:00.000Z')]);
    given(registered, validated).when(requestEmailValidation, request).then([]);
    given(registered, validated, emailChanged('new@example.com'))
      .when(requestEmailValidation, request)
      .then([challenge('email-validation', 'c1', '2026-01-16T13:46:00.000Z')]);
    given(registered).when(requestEmailValidation, request, stranger).refuses('FORBIDDEN');
  });
});

describe('validateEmail', () => {
  const validate = new ValidateEmail(id, 'c1');
  const issued = challenge('email-validation', 'c1');

  it('proves the address by an open link, whoever opens it', () => {
    for (const meta of [anonymous, stranger])
      given(registered, issued).when(validateEmail, validate, meta).then([validated]);
  });

  it.each<[string, UserEvent[]]>([
    ['that never was', []],
    ['that is used', [issued, validated]],
    ['that is too old', [challenge('email-validation', 'c1', '2026-01-09T13:46:00.000Z')]],
    ['for something else', [challenge('password-reset', 'c1')]],
    ['to an address that was given up', [issued, emailChanged('new@example.com')]],
  ])('refuses a link %s', (_, later) => {
    given(registered, ...later)
      .when(validateEmail, validate)
      .refuses('LINK_INVALID');
  });
});
