import { errorCatalogue } from './catalogue.js';

/** Refusals that any silo can meet, for they come from the machinery. */
export const { refuse } = errorCatalogue({
  UNAUTHENTICATED: {
    message: 'Log in first: this needs a valid token.',
    help: 'Send `Authorization: Bearer <token>`. The token is missing, expired, revoked or malformed.',
  },
  FORBIDDEN: {
    message: 'You may not do this.',
    help: 'The caller is known, and lacks the right that the action needs.',
  },
  BAD_USER_INPUT: {
    message: 'The input breaks a rule.',
    help: '`field` names the input field and `rule` the rule that it breaks.',
  },
  CONFLICT: {
    message: 'Others changed the same thing at the same moment. Try again.',
    help: 'The command was retried several times and lost each time. Nothing was changed; the same request can be sent again.',
  },
  COMMITTED_NOT_VISIBLE: {
    message: 'Your change is stored, but the read model has not shown it yet.',
    help: 'Nothing is lost. `position` is where the change stands in the log. Repeating with the same clientMutationId waits again and changes nothing twice.',
  },
  client_mutation_id_conflict: {
    message: 'This clientMutationId was used before with other input.',
    help: 'A clientMutationId names one mutation with one input. Use a new one for new input.',
  },
  EVENT_TOO_LARGE: {
    message: 'The change is too large to be stored.',
    help: 'One event holds at most 256 KiB.',
  },
  ERASED: {
    message: 'The personal data of this account was erased.',
    help: 'An erased account takes no further personal data.',
  },
  INVALID_TEXT: {
    message: 'The text holds a character that cannot be stored.',
    help: 'NUL characters and lone surrogates are refused; `field` says where.',
  },
});
