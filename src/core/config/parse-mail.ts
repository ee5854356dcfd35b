import { BadSetting, oneOf } from './parse.js';

/** How safe the way to the mail server must be; see `smtpUrl`. */
const smtpTls = ['verified', 'unverified', 'optional', 'none'] as const;

export type SmtpServer = {
  host: string;
  port: number;
  /** TLS from the first byte (smtps), instead of by STARTTLS. */
  secure: boolean;
  tls: (typeof smtpTls)[number];
  login: { user: string; password: string } | null;
};

/**
 * `smtp://user:password@host:587` or `smtps://…`. With `?tls=verified` TLS must be there and its certificate valid, `unverified` takes any
 * certificate, `optional` does without TLS when the server offers none, `none` does not ask. The default is `verified` with a login or
 * smtps, for a password or an unexpected server must not be met half way, and `optional` without.
 * @throws BadSetting
 */
export function smtpUrl(text: string): SmtpServer {
  const url = serverUrl(text);
  const secure = url.protocol === 'smtps:';
  const login = url.username ? { user: decoded(url.username), password: decoded(url.password) } : null;
  const tls = oneOf(url.searchParams.get('tls') ?? (secure || login ? 'verified' : 'optional'), smtpTls);
  if (secure && (tls === 'optional' || tls === 'none')) throw new BadSetting('asks for smtps without TLS');
  return {
    // Brackets stand around IPv6 in a URL, and nowhere else.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    tls,
    login,
  };
}

function serverUrl(text: string): URL {
  if (!URL.canParse(text)) throw new BadSetting('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') throw new BadSetting('is not an smtp:// or smtps:// URL');
  if (!url.hostname) throw new BadSetting('names no host');
  const unknown = [...url.searchParams.keys()].filter((key) => key !== 'tls');
  if (url.pathname.replace('/', '') || url.hash || unknown.length > 0)
    throw new BadSetting('holds something else than a server, a login and tls');
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new BadSetting('has a login that is not percent-encoded');
  }
}

export type MailSender = { name: string; address: string };

/** `Waybill <no-reply@example.com>`, or the address alone. @throws BadSetting */
export function mailSender(text: string): MailSender {
  const [, name, address] = /^(?:([^<>"\p{Cc}]*)<([^<>]+)>|[^<>]+)$/u.exec(text) ?? [];
  const sender = { name: name?.trim() ?? '', address: address ?? text };
  if (!/^[^\s@,;:()"\p{Cc}]+@[^\s@,;:()"\p{Cc}]+$/u.test(sender.address)) throw new BadSetting('is no mail address');
  return sender;
}
