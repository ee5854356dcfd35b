import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from './multipart.errors.js';

/** Headers that a page can give a request to another site only after the browser has asked us by a preflight. */
const preflighted = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** Headers by which a browser gives itself away: every one sends at least one of them with a POST. */
const ofBrowsers = ['origin', 'sec-fetch-site'] as const;

/**
 * Refuses what a foreign page could have made a browser send without asking: multipart is one of the forms that need no preflight. The
 * API knows no cookies, so such a request is always anonymous; but it could reach a server that only its victim can reach, and do there
 * what anybody may. An empty bearer is enough, since the page could not have sent that either; clients that are no browsers need nothing.
 * @throws Refusal CROSS_SITE_REQUEST
 */
export function refuseCrossSite(headers: IncomingHttpHeaders): void {
  const isBrowser = ofBrowsers.some((name) => headers[name] !== undefined);
  const wasAsked = preflighted.some((name) => headers[name]);
  if (isBrowser && !wasAsked) throw refuse('CROSS_SITE_REQUEST');
}
