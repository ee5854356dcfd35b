import { BlockList, isIP } from 'node:net';

/** A value that breaks the rule of its setting. The message says what is wrong, without the value. */
export class BadSetting extends Error {}

/** @throws BadSetting unless the text is a whole number within the bounds. */
export function wholeNumber(text: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) throw new BadSetting('is not such a number');
  return number;
}

/** @throws BadSetting unless the text is one of the words. */
export function oneOf<Word extends string>(text: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new BadSetting('is none of these');
  return word;
}

/**
 * @returns the origin: scheme, host and port, without a slash at the end.
 * @throws BadSetting for other schemes and for anything after the port.
 */
export function origin(text: string): string {
  if (!URL.canParse(text)) throw new BadSetting('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new BadSetting('is not an http or https URL');
  if (url.username || url.password) throw new BadSetting('holds a login');
  if (url.pathname !== '/' || url.search || url.hash) throw new BadSetting('goes on after the host and port');
  return url.origin;
}

/** @throws BadSetting unless the text is a URL of PostgreSQL. */
export function postgresUrl(text: string): string {
  if (!URL.canParse(text)) throw new BadSetting('is not a URL');
  const { protocol } = new URL(text);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new BadSetting('is not a postgres:// URL');
  return text;
}

/**
 * Who is trusted to name the client: nobody, everybody, the last n proxies, or proxies by address.
 * @throws BadSetting
 */
export function trustedProxies(text: string): boolean | number | string[] {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^\d+$/.test(text)) return wholeNumber(text, 0, 32);
  const ranges = text.split(',').map((part) => part.trim());
  addressList(ranges);
  return ranges;
}

/**
 * Addresses and CIDR ranges as a list that can be asked.
 * @throws BadSetting naming the part that is neither.
 */
export function addressList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix, ...rest] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = family === 'ipv6' ? 128 : 32;
    if (!isIP(address) || rest.length > 0) throw new BadSetting(`names "${range}", which is no address or range`);
    list.addSubnet(address, prefix === undefined ? bits : wholeNumber(prefix, 0, bits), family);
  }
  return list;
}

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
  if (!URL.canParse(text)) throw new BadSetting('is not a URL');
  const { protocol, hostname, port, username, password, pathname, searchParams, hash } = new URL(text);
  if (protocol !== 'smtp:' && protocol !== 'smtps:') throw new BadSetting('is not an smtp:// or smtps:// URL');
  if (!hostname) throw new BadSetting('names no host');
  if ((pathname !== '' && pathname !== '/') || hash || [...searchParams.keys()].some((key) => key !== 'tls'))
    throw new BadSetting('holds something else than a server, a login and tls');
  const secure = protocol === 'smtps:';
  const login = username ? { user: decoded(username), password: decoded(password) } : null;
  const tls = oneOf(searchParams.get('tls') ?? (secure || login ? 'verified' : 'optional'), smtpTls);
  if (secure && (tls === 'optional' || tls === 'none')) throw new BadSetting('asks for smtps without TLS');
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 465 : 587), secure, tls, login };
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
