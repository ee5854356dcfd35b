import { errorCatalogue } from '../core/errors/catalogue.js';

export const { refuse } = errorCatalogue({
  NAME_TAKEN: {
    message: 'This name is taken.',
    help: 'Users and namespaces share one name space. Letter case, `-` or `_`, `0` or `o`, `1`, `i` or `l` make no other name. Choose another one.',
  },
  EMAIL_TAKEN: {
    message: 'There is an account with this e-mail address.',
    help: 'Log in to it, or register with another address.',
  },
  INVALID_NAME: {
    message: 'This name cannot be used.',
    help: 'Names have 2 to 39 letters, digits, - or _, begin with a letter or a digit, and are not reserved by the service.',
  },
  INVALID_CREDENTIALS: {
    message: 'User name and password do not fit.',
    help: 'Either there is no such account or the password is another. Which of them is not told.',
  },
  INVALID_TOKEN: {
    message: 'This token is not valid.',
    help: 'It is malformed, unknown, expired, revoked, of another kind than the field takes, or was replaced by a refresh. Log in again.',
  },
  TOKEN_NOT_FOUND: {
    message: 'There is no such token.',
    help: 'It never was, or is not one that the caller may revoke.',
  },
  SESSION_NOT_FOUND: {
    message: 'There is no such session.',
    help: 'It never was, or is not one that the caller may end.',
  },
  NONCE_NOT_FOUND: {
    message: 'There is no such nonce.',
    help: 'It never was, its secret is another, it is not for the caller, or its ten minutes are long over. Start the login again.',
  },
  NONCE_EXPIRED: {
    message: 'This login request has expired.',
    help: 'It held for ten minutes. Start the login again.',
  },
  NONCE_USED: {
    message: 'This login request was answered already.',
    help: 'A nonce is approved or cancelled once. Start the login again.',
  },
  LINK_INVALID: {
    message: 'This link is not valid. Ask for a new one.',
    help: 'It was used, is too old, was replaced by a newer one, or was copied wrongly. Links that set a password live for an hour, those that prove an address for seven days.',
  },
  TOO_MANY_NAMES: {
    message: 'This account has had as many names as one may have.',
    help: 'Names that an account gave up stay its own, so it may hold five. It can go back to any of them.',
  },
  REGISTRATION_CLOSED: {
    message: 'This service takes no new accounts by itself.',
    help: 'Its operator opens accounts: `waybill users create`.',
  },
  USER_NOT_FOUND: { message: 'There is no such user.', help: 'The account does not exist or was erased.' },
  NAMESPACE_NOT_FOUND: {
    message: 'There is no such namespace.',
    help: 'It never was, was deleted, or is not one that the caller may change.',
  },
});
