import { isIPv6 } from 'node:net';

/** Whom a limit per address counts as one: an IPv4 address, or the /64 that an IPv6 address lies in, for that is what one customer has. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(plain) ? `${firstHalf(plain)}::/64` : plain;
}

/** The first four of eight groups, with what `::` leaves out. */
function firstHalf(address: string): string {
  const [left = '', right] = address.split('%', 1)[0]!.toLowerCase().split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = right === undefined ? 0 : 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array.from({ length: missing }, () => '0'), ...groups(right)];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
