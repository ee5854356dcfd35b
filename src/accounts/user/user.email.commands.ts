import { command, type CommandMeta } from '../../core/command/command.js';
import { decision, type Decision } from '../../core/command/decision.js';
import { answered, challengeIssued } from './user.challenges.js';
import type { UserEvent } from './user.events.js';
import { emailAddress, ownAccount } from './user.guards.js';
import type { User } from './user.state.js';

/** Takes another address, which has to be proved by the link that goes there. */
export class ChangeEmail extends command('ChangeEmail') {
  constructor(
    readonly streamId: string,
    readonly email: string,
    readonly challengeId: string,
  ) {
    super();
  }
}

/** Asks for a link that proves the address. */
export class RequestEmailValidation extends command('RequestEmailValidation') {
  constructor(
    readonly streamId: string,
    readonly challengeId: string,
  ) {
    super();
  }
}

/** Proves the address by such a link. */
export class ValidateEmail extends command('ValidateEmail') {
  constructor(
    readonly streamId: string,
    readonly challengeId: string,
  ) {
    super();
  }
}

/** The old address becomes free for others in the same append. */
export function changeEmail(
  user: User,
  { streamId, email, challengeId }: ChangeEmail,
  meta: CommandMeta,
): Decision<UserEvent> {
  const current = ownAccount(user, streamId, meta);
  if (email === current.email) return decision();
  return decision<UserEvent>(
    {
      event: { type: 'accounts.user.email-changed', data: { email } },
      claims: { take: [emailAddress(email, 'newEmail')], release: [emailAddress(current.email, 'newEmail')] },
    },
    challengeIssued('email-validation', challengeId, meta.now),
  );
}

/** An address that is proved needs no link. */
export function requestEmailValidation(
  user: User,
  { streamId, challengeId }: RequestEmailValidation,
  meta: CommandMeta,
): Decision<UserEvent> {
  const { isEmailValidated } = ownAccount(user, streamId, meta);
  return decision<UserEvent>(!isEmailValidated && challengeIssued('email-validation', challengeId, meta.now));
}

/** The link is the proof, whoever is logged in where it is opened. */
export function validateEmail(user: User, { challengeId }: ValidateEmail, { now }: CommandMeta): Decision<UserEvent> {
  answered(user, 'email-validation', challengeId, now);
  return decision<UserEvent>({ event: { type: 'accounts.user.email-validated', data: {} } });
}
