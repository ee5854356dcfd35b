import type { Ctx } from '../../core/graphql/context.js';
import type { Origin } from './session.commands.js';

/** Longer names of clients are cut, and what could move a terminal's cursor is taken out: lists of sessions show them to people. */
const longestUserAgent = 300;

/** Where a request comes from, for the session that it opens. */
export function originOf({ userAgent, clientAddress }: Pick<Ctx, 'userAgent' | 'clientAddress'>): Origin {
  return {
    userAgent: userAgent?.slice(0, longestUserAgent).replaceAll(/\p{Cc}/gu, ' ') ?? null,
    address: clientAddress,
  };
}
