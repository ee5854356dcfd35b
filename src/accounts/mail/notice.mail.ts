import type { MailContent } from '../../core/mail/mail.js';
import type { JobTools, TaskTools } from '../../core/tasks/task.js';
import { userAggregate } from '../user/user.commands.js';
import type { UserId } from '../user/user.events.js';
import { moment, serviceName } from './words.js';

/** Ids and the time of the event that a notice is about; `at` is RFC 3339. */
export type NoticePayload = { userId: UserId; position: number; at: string };

/** What the text of a notice speaks about. */
export type NoticeWords = { username: string; service: string; at: string };

export type Notice = {
  template: string;
  compose(words: NoticeWords): MailContent;
  /** To whom; the account's present address when left out. */
  addressOf?(payload: NoticePayload, tools: TaskTools): Promise<string>;
};

/** Tells an account that something has happened to it, unless it is erased by now. */
export async function sendNotice(notice: Notice, payload: NoticePayload, tools: JobTools): Promise<void> {
  const { userId, position, at } = payload;
  const key = { eventPosition: position, template: notice.template, userId };
  const { state } = await tools.reader.load(userAggregate, userId);
  if (state.status !== 'active') return tools.mailer.drop(key, 'the account is erased');
  const words = { username: state.username, service: serviceName(tools.publicUrl()), at: moment(at) };
  const address = notice.addressOf ? await notice.addressOf(payload, tools) : state.email;
  await tools.mailer.send(key, address, notice.compose(words), tools.signal);
}
