import { errorCatalogue } from '../../errors/catalogue.js';
import type { Refusal } from '../../errors/refusal.js';
import { multipartLimits } from './multipart.limits.js';

export const { refuse } = errorCatalogue({
  BAD_MULTIPART: {
    message: 'The multipart request is malformed.',
    help: 'The message says what is wrong with it; `part` or `path` says where. Nothing was executed.',
  },
  PAYLOAD_TOO_LARGE: {
    message: 'The body is too large.',
    help: '`limit` names what is too large and `max` how much there may be. Nothing was executed.',
  },
  CROSS_SITE_REQUEST: {
    message: 'A multipart request of a browser needs an Authorization header, or a non-empty apollo-require-preflight.',
    help: 'Without one of them any page could make a browser send it. The value of Authorization may be an empty bearer.',
  },
});

/** @param place what of the request is wrong; it comes from the client, so it is cut. */
export function malformed(message: string, place: { part?: string; path?: string } = {}): Refusal {
  const cut = Object.fromEntries(Object.entries(place).map(([name, value]) => [name, value.slice(0, 100)]));
  return refuse('BAD_MULTIPART', cut, message);
}

export function tooLarge(limit: keyof typeof multipartLimits, part?: string): Refusal {
  const max = multipartLimits[limit];
  const place = part === undefined ? {} : { part: part.slice(0, 100) };
  return refuse('PAYLOAD_TOO_LARGE', { limit, max, ...place }, `The body is too large: ${limit} is at most ${max}.`);
}
