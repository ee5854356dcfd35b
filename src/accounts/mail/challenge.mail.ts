import { numberOf } from '../../core/command/aggregate.js';
import type { MailContent } from '../../core/mail/mail.js';
import { reactor } from '../../core/reactor/reactor.js';
import { job, task } from '../../core/tasks/task.js';
import { isOpen } from '../user/user.challenges.js';
import { userAggregate } from '../user/user.commands.js';
import { userEvents, type ChallengePurpose, type UserEvent } from '../user/user.events.js';
import { mailAttempts, moment, serviceName } from './words.js';

/** What the text of such a mail speaks about. */
export type ChallengeWords = { username: string; service: string; link: string; expires: string };

type ChallengeMail = {
  /** The reactor's name. */
  name: string;
  purpose: ChallengePurpose;
  /** Path of the page that takes the token. */
  page: string;
  compose(words: ChallengeWords): MailContent;
};

type Payload = { userId: string; position: number; challengeId: string };

/**
 * The mail with the link of a challenge: a reactor and the task of its jobs. The address comes from the log, the token is made anew, so
 * neither stands in a job. A link that is used, replaced or too old when the job runs is not sent.
 */
export function challengeMail({ name, purpose, page, compose }: ChallengeMail) {
  const send = task<Payload>({
    name: `accounts/send-${purpose}-mail`,
    maxAttempts: mailAttempts,
    async run({ userId, position, challengeId }, { reader, mailer, linkTokens, publicUrl, signal }) {
      const key = { eventPosition: position, template: purpose, userId };
      const { state } = await reader.load(userAggregate, userId);
      if (!isOpen(state, purpose, challengeId, new Date())) return mailer.drop(key, 'the link is over');
      const token = linkTokens.tokenOf({ purpose, number: numberOf(userId), challengeId });
      const words = {
        username: state.username,
        service: serviceName(publicUrl()),
        link: `${publicUrl()}${page}?token=${token}`,
        expires: moment(state.challenges[purpose]!.expiresAt),
      };
      await mailer.send(key, state.email, compose(words), signal);
    },
  });
  const sends = reactor<UserEvent>({
    name,
    from: 'now',
    events: userEvents,
    on: {
      'accounts.user.challenge-issued': ({ streamId, position, data }) =>
        data.purpose === purpose ? job(send, { userId: streamId, position, challengeId: data.challengeId }) : null,
    },
  });
  return { task: send, reactor: sends };
}
