import { reactor } from '../../core/reactor/reactor.js';
import { job, task } from '../../core/tasks/task.js';
import { userEvents, type UserEvent } from '../user/user.events.js';
import { sendNotice, type NoticePayload, type NoticeWords } from './notice.mail.js';
import { mailAttempts } from './words.js';

const send = task<NoticePayload>({
  name: 'accounts/send-password-changed-mail',
  maxAttempts: mailAttempts,
  run: (payload, tools) => sendNotice({ template: 'password-changed', compose }, payload, tools),
});

const compose = ({ username, service, at }: NoticeWords) => ({
  subject: 'Your password was changed',
  greeting: `Hello ${username},`,
  before: [
    `the password of your account at ${service} was changed on ${at}, and all sessions were ended.`,
    'If it was you, you need not do anything.',
  ],
  action: null,
  after: [`If it was not you, somebody else may have your account: tell whoever runs ${service} at once.`],
});

/** The same password hashed anew at a login is no change to anybody. */
const sends = reactor<UserEvent>({
  name: 'SendPasswordChangedEmail',
  from: 'now',
  events: userEvents,
  on: {
    'accounts.user.password-changed': ({ streamId, position, occurredAt, data }) =>
      data.endsSessions ? job(send, { userId: streamId, position, at: occurredAt.toISOString() }) : null,
  },
});

export const passwordChanged = { task: send, reactor: sends };
