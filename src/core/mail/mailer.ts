import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type pg from 'pg';
import type { MailSender } from '../config/parse-mail.js';
import type { DataKeys } from '../event-store/data-keys.js';
import { counter } from '../observability/metrics.js';
import { PermanentFailure } from '../tasks/permanent-failure.js';
import { renderMail } from './layout.js';
import type { MailContent, MailKey, RenderedMail } from './mail.js';
import { dropMail, keepMail, markMail, takeMail } from './mails.js';
import { DeliveryError, type Transport } from './transport.js';

export type MailerOptions = {
  pool: pg.Pool;
  dataKeys: DataKeys;
  /** Null: there is no mail server, and mails are kept. */
  transport: Transport | null;
  /** Null: no-reply at the host of the public URL. */
  from: MailSender | null;
  publicUrl(): string;
  /** Names the log, so that two services behind one host name never give two mails the same id. */
  incarnation: string;
  log: { info(message: string): void };
};

const mails = counter({
  name: 'waybill_mails_total',
  help: 'Mails by template and by what became of them.',
  labels: ['template', 'outcome'],
});

/** Sends the mails of events, each once. */
export class Mailer {
  constructor(private readonly options: MailerOptions) {}

  /**
   * Sends the mail of an event, or keeps it while there is no mail server. Does nothing when that is done already.
   * The row that says so is made before sending and marked after it. Between the server's yes and the mark lies a moment: whoever dies
   * there sends the mail a second time, with the same Message-ID, by which programs and people recognise it.
   * An address that the server refuses for good ends it, too: the row says so, and an operator has nothing to mend.
   * @throws DeliveryError when another try may help; PermanentFailure when the server refused sender or content for good
   */
  async send(key: MailKey, to: string, content: MailContent, signal: AbortSignal): Promise<void> {
    const mail = await takeMail(this.options.pool, key, this.messageIdOf(key));
    if (mail.state === 'sent' || mail.state === 'kept') return;
    const rendered = renderMail(content);
    const { transport } = this.options;
    if (!transport) return this.keep(key, mail.number, { ...rendered, to });
    try {
      await transport.send({ ...rendered, to, from: this.sender, messageId: mail.messageId }, signal);
    } catch (error) {
      const failure = await this.noteFailure(key, mail.number, error);
      if (failure) throw failure;
      return;
    }
    await markMail(this.options.pool, mail.number, 'sent', null);
    mails.inc({ template: key.template, outcome: 'sent' });
  }

  /** Notes that the mail of an event has nothing to say any more, such as a link that is over; it may have waited for the mail server. */
  async drop(key: MailKey, reason: string): Promise<void> {
    await dropMail(this.options.pool, key, reason);
    mails.inc({ template: key.template, outcome: 'dropped' });
  }

  private async keep(key: MailKey, number: number, body: RenderedMail & { to: string }): Promise<void> {
    const { pool, dataKeys, log } = this.options;
    const dataKey = (await dataKeys.find([key.userId])).get(key.userId);
    if (!Buffer.isBuffer(dataKey)) return this.drop(key, 'its reader is erased');
    await keepMail(pool, number, body, { subject: key.userId, key: dataKey });
    mails.inc({ template: key.template, outcome: 'kept' });
    log.info(`mail kept, since SMTP_URL is not set: see "waybill mail show ${number}"`);
  }

  /** @returns what the job has to fail with, if it has to. */
  private async noteFailure({ template }: MailKey, number: number, error: unknown): Promise<unknown> {
    if (!(error instanceof DeliveryError)) return error;
    mails.inc({ template, outcome: error.isPermanent ? 'refused' : 'deferred' });
    await markMail(this.options.pool, number, error.isPermanent ? 'failed' : 'waiting', error.message);
    if (error.isOfRecipient) return undefined;
    return error.isPermanent ? new PermanentFailure(`mail ${number}: ${error.message}`) : error;
  }

  private get sender(): MailSender {
    return this.options.from ?? { name: 'Waybill', address: `no-reply@${hostOf(this.options.publicUrl())}` };
  }

  /** The same for every try; tells nothing of the log or the reader. */
  private messageIdOf({ eventPosition, template, userId }: MailKey): string {
    const named = [this.options.incarnation, eventPosition, template, userId].join(' ');
    const host = this.sender.address.split('@').at(-1);
    return `<${createHash('sha256').update(named).digest('hex').slice(0, 32)}@${host}>`;
  }
}

/** Mail needs a name: an address in place of one would need brackets that many servers refuse. */
function hostOf(url: string): string {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) ? 'localhost' : host;
}
