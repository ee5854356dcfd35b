import { reactor } from '../../core/reactor/reactor.js';
import { job, task, type TaskTools } from '../../core/tasks/task.js';
import { userAggregate } from '../user/user.commands.js';
import { userEvents, type UserEvent } from '../user/user.events.js';
import { sendNotice, type NoticePayload, type NoticeWords } from './notice.mail.js';
import { mailAttempts } from './words.js';

/** Goes to the old address, and does not name the new one: whoever reads the one need not know the other. */
const send = task<NoticePayload>({
  name: 'accounts/send-email-changed-mail',
  maxAttempts: mailAttempts,
  run: (payload, tools) => sendNotice({ template: 'email-changed', compose, addressOf: oldAddress }, payload, tools),
});

/** The event holds the new one; the old one is what the events before it say. */
async function oldAddress({ userId, position }: NoticePayload, { reader }: TaskTools): Promise<string> {
  const before = await reader.stateBefore(userAggregate, userId, position);
  if (before.status !== 'active') throw new Error(`${userId} had no address before position ${position}.`);
  return before.email;
}

const compose = ({ username, service, at }: NoticeWords) => ({
  subject: 'Your e-mail address was changed',
  greeting: `Hello ${username},`,
  before: [
    `your account at ${service} has another e-mail address since ${at}. This is the last mail to the old one.`,
    'If it was you, you need not do anything.',
  ],
  action: null,
  after: [`If it was not you, somebody else may have your account: tell whoever runs ${service} at once.`],
});

const sends = reactor<UserEvent>({
  name: 'SendEmailChangedEmail',
  from: 'now',
  events: userEvents,
  on: {
    'accounts.user.email-changed': ({ streamId, position, occurredAt }) =>
      job(send, { userId: streamId, position, at: occurredAt.toISOString() }),
  },
});

export const emailChanged = { task: send, reactor: sends };
