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
