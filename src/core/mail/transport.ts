import { isIP } from 'node:net';
import type { MailSender, SmtpServer } from '../config/parse-mail.js';
import type { RenderedMail } from './mail.js';

/** What is handed to the mail server. */
export type Letter = RenderedMail & { to: string; from: MailSender; messageId: string };

/** The mail server did not take it. The message holds nothing that the server said, for servers quote addresses. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  constructor(
    message: string,
    /** Another try cannot help: the server refused this mail for good. */
    readonly isPermanent: boolean,
    /** It refused the address of the recipient, which is nobody's fault here: anybody may register with a made-up one. */
    readonly isOfRecipient = false,
  ) {
    super(message);
  }
}

export type Transport = {
  /** Resolves when the server has taken the mail. @throws DeliveryError, also when it is aborted */
  send(letter: Letter, signal: AbortSignal): Promise<void>;
};

/**
 * A server that does not answer must not hold a job for long. But one that has got the whole mail may think about it for minutes, and whoever
 * does not wait for its yes sends the mail twice (RFC 5321, 4.5.3.2.6).
 */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 180_000, dnsTimeout: 10_000 };

/** SMTP, a connection for each mail. */
export function smtpTransport(server: SmtpServer): Transport {
  const options = { ...connectionOptions(server), ...timeouts, disableFileAccess: true, disableUrlAccess: true };
  return {
    async send({ to, from, messageId, subject, text, html }, signal) {
      // Loaded with the first mail: most processes never send one.
      const { createTransport } = await import('nodemailer');
      // As an object it is one address, whatever stands in it; in a text, or in an envelope of our own, a comma would make two of one.
      const recipient = { name: '', address: to };
      const headers = { 'Auto-Submitted': 'auto-generated' };
      try {
        await createTransport(options).sendMail({
          from,
          to: recipient,
          messageId,
          subject,
          text,
          html,
          headers,
          signal,
        });
      } catch (error) {
        throw isSmtpError(error) ? deliveryError(error) : error;
      }
    },
  };
}

function connectionOptions({ host, port, secure, tls, login }: SmtpServer) {
  return {
    host,
    port,
    secure,
    requireTLS: !secure && (tls === 'verified' || tls === 'unverified'),
    ignoreTLS: tls === 'none',
    // A certificate for an IP address is asked for by no name.
    tls: { rejectUnauthorized: tls === 'verified', ...(isIP(host) === 0 && { servername: host }) },
    ...(login && { auth: { user: login.user, pass: login.password } }),
  };
}

type SmtpError = { code: string; message: string; responseCode?: number; response?: string; command?: string };

/** Without a code it is a mistake of ours. */
const isSmtpError = (error: unknown): error is SmtpError => typeof (error as SmtpError | null)?.code === 'string';

/** Refusals that speak about the mail itself; all others are about the server or the way to it, and pass. */
const aboutTheMail = ['MAIL FROM', 'RCPT TO', 'DATA'];
/** Login missing, too weak, wrong: an operator can mend that. */
const aboutTheLogin = [530, 534, 535, 538];
/** Errors of the connection, whose text is Node's or nodemailer's own. */
const aboutTheWay = /^(ECONNECTION|ETIMEDOUT|ESOCKET|EDNS|ETLS|EPROXY|ENOAUTH)$/;

/** Names the step, the reply's code and its enhanced code (RFC 3463): enough to look it up, and nobody's address. */
function deliveryError({ code, responseCode, response, command = 'API', message }: SmtpError): DeliveryError {
  if (responseCode) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
    const isPermanent = responseCode >= 500 && aboutTheMail.includes(command) && !aboutTheLogin.includes(responseCode);
    const isOfRecipient = isPermanent && command === 'RCPT TO';
    return new DeliveryError(
      `${command}: ${[responseCode, enhanced].filter(Boolean).join(' ')}`,
      isPermanent,
      isOfRecipient,
    );
  }
  if (aboutTheWay.test(code)) return new DeliveryError(`${command}: ${code}: ${message}`, false);
  // Larger than the server takes, or an address that no server takes.
  return new DeliveryError(`${command}: ${code}`, code === 'EMESSAGE' || code === 'EENVELOPE');
}
