import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type ReceivedMail = { envelope: { from: string; to: string[] }; mail: ParsedMail; source: string };

/** A real mail server on a free port of this machine, which keeps what it takes. */
export type MailServer = {
  port: number;
  received: ReceivedMail[];
  /** What it answers at the RCPT TO of each address from now on: null takes it. Gets how often that address was tried. */
  answer: (address: string, tries: number) => { code: number; text: string } | null;
  /** Ends it; `listen` of the same port brings it back. */
  close(): Promise<void>;
};

export type MailServerOptions = {
  /** 0: any free one. */
  port?: number;
  login?: { user: string; password: string };
  /** Offers STARTTLS, or speaks TLS from the first byte, with a certificate that nobody signed. */
  tls?: 'starttls' | 'smtps';
  sizeBytes?: number;
  /** Called with every mail before it is answered: the mail is here, and the sender does not know yet. */
  beforeAnswer?: () => Promise<void>;
};

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const tries = new Map<string, number>();
  const kept: MailServer = { port: 0, received: [], answer: () => null, close: async () => undefined };
  const server = new SMTPServer({
    ...serverOptions(options),
    onAuth: ({ username, password }, _, done) => {
      const { user, password: expected } = options.login!;
      if (username === user && password === expected) return done(null, { user });
      return done(Object.assign(new Error('Wrong, ' + username), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _, done) => {
      const times = (tries.get(address) ?? 0) + 1;
      tries.set(address, times);
      const refusal = kept.answer(address, times);
      done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('Too large'), { responseCode: 552 }));
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
        const source = Buffer.concat(chunks).toString('utf8');
        const keep = async () => {
          kept.received.push({ envelope, mail: await simpleParser(source), source });
          await options.beforeAnswer?.();
          done();
        };
        return void keep();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(options.port ?? 0, '127.0.0.1', resolve));
  kept.port = (server.server.address() as AddressInfo).port;
  kept.close = () => new Promise((resolve) => server.close(() => resolve()));
  return kept;
}

function serverOptions({ login, tls, sizeBytes }: MailServerOptions): SMTPServerOptions {
  const disabledCommands = [...(login ? [] : ['AUTH']), ...(tls === 'starttls' ? [] : ['STARTTLS'])];
  return {
    disabledCommands,
    authOptional: !login,
    // Postfix and others offer a login without TLS, too; whether it is used is the client's decision.
    allowInsecureAuth: true,
    secure: tls === 'smtps',
    size: sizeBytes,
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
  };
}
