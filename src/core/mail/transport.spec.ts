import { startMailServer, type MailServer, type MailServerOptions } from '../../../test/kit/mail-server.js';
import { smtpUrl } from '../config/parse-mail.js';
import { DeliveryError, smtpTransport } from './transport.js';

let server: MailServer;
afterEach(() => server.close());

const letter = {
  to: 'ada@example.com',
  from: { name: 'Packages', address: 'no-reply@packages.example.com' },
  messageId: '<0123@packages.example.com>',
  subject: 'Grüße, and a subject that is long enough to be folded by whoever writes a header of a mail',
  text: 'plain €\n',
  html: '<p>rich €</p>',
};

async function send(options: MailServerOptions, url: (port: number) => string, change: Partial<typeof letter> = {}) {
  server = await startMailServer(options);
  return smtpTransport(smtpUrl(url(server.port))).send({ ...letter, ...change }, signal);
}

const failure = (sent: Promise<void>): Promise<DeliveryError> =>
  sent.then(
    () => {
      throw new Error('It was sent.');
    },
    (error: DeliveryError) => error,
  );

const { signal } = new AbortController();
const plain = (port: number) => `smtp://127.0.0.1:${port}`;
const login = { user: 'me@example.com', password: 'p:w/d' };
const withLogin = (host: string, query: string) => (port: number) =>
  `smtp://me%40example.com:p%3Aw%2Fd@${host}:${port}${query}`;

it('sends both parts, the headers and the envelope', async () => {
  await send({}, plain);
  expect(server.received).toHaveLength(1);
  const [{ envelope, mail, source }] = server.received as [MailServer['received'][number]];
  expect(envelope).toEqual({ from: 'no-reply@packages.example.com', to: ['ada@example.com'] });
  expect(mail).toMatchObject({
    subject: letter.subject,
    text: letter.text,
    html: expect.stringContaining('<p>rich €</p>'),
  });
  expect(mail.messageId).toBe(letter.messageId);
  expect(mail.from!.text).toBe('"Packages" <no-reply@packages.example.com>');
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(source).toContain('multipart/alternative');
});

it('makes one recipient of an address, whatever stands in it', async () => {
  const error = await failure(send({}, plain, { to: 'ada@example.com, eve@example.com' }));
  expect(error).toMatchObject({ isPermanent: true, message: 'RCPT TO: 501' });
  expect(server.received).toEqual([]);
});

it('logs in over STARTTLS', async () => {
  await send({ login, tls: 'starttls' }, withLogin('localhost', '?tls=unverified'));
  expect(server.received).toHaveLength(1);
});

it('speaks TLS from the first byte', async () => {
  await send({ tls: 'smtps' }, (port) => `smtps://127.0.0.1:${port}?tls=unverified`);
  expect(server.received).toHaveLength(1);
});

describe('a password', () => {
  it('is not given to a server with a certificate that nobody signed', async () => {
    const error = await failure(send({ login, tls: 'starttls' }, withLogin('localhost', '')));
    expect(error).toMatchObject({ isPermanent: false, message: expect.stringMatching(/certificate/) });
    expect(server.received).toEqual([]);
  });

  it('is not sent in the clear, though the server offers no TLS', async () => {
    const error = await failure(send({ login }, withLogin('localhost', '')));
    expect(error).toMatchObject({ isPermanent: false, message: expect.stringMatching(/STARTTLS|TLS/) });
    expect(server.received).toEqual([]);
  });

  it('that is wrong is an operator’s matter, and passes', async () => {
    const error = await failure(send({ login }, (port) => `smtp://me:wrong@127.0.0.1:${port}?tls=none`));
    expect(error).toMatchObject({ isPermanent: false, message: expect.stringMatching(/^AUTH \w+: 535/) });
    expect(error.message).not.toContain('me');
  });
});

describe('a refusal', () => {
  const refused = (code: number, text: string) => {
    const sent = startMailServer().then((started) => {
      server = started;
      server.answer = () => ({ code, text });
      return smtpTransport(smtpUrl(plain(server.port))).send(letter, signal);
    });
    return failure(sent);
  };

  it('for now can be tried again', async () => {
    expect(await refused(451, '4.7.1 Greylisted, ada@example.com')).toMatchObject({
      isPermanent: false,
      message: 'RCPT TO: 451 4.7.1',
    });
  });

  it('for good cannot, and what is told of it names nobody', async () => {
    expect(await refused(550, '5.1.1 <ada@example.com>: no such user')).toMatchObject({
      isPermanent: true,
      isOfRecipient: true,
      message: 'RCPT TO: 550 5.1.1',
    });
  });

  it('for its size is for good', async () => {
    const error = await failure(send({ sizeBytes: 500 }, plain, { text: 'x'.repeat(1000) }));
    expect(error).toMatchObject({ isPermanent: true, isOfRecipient: false });
  });
});

it('tells who does not answer, and can be tried again', async () => {
  server = await startMailServer();
  const { port } = server;
  await server.close();
  const error = await failure(smtpTransport(smtpUrl(plain(port))).send(letter, signal));
  expect(error).toMatchObject({ isPermanent: false, message: expect.stringContaining('ECONNREFUSED') });
});

it('lets go at once when it is told to, and the mail can be tried again', async () => {
  const abort = new AbortController();
  server = await startMailServer({ beforeAnswer: async () => abort.abort() });
  const error = await failure(smtpTransport(smtpUrl(plain(server.port))).send(letter, abort.signal));
  expect(error).toMatchObject({ name: 'DeliveryError', isPermanent: false });
});
